package prices

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// fetcher reads from one base URL, and from nowhere else.
type fetcher struct {
	client *http.Client
	base   string
	wait   func(ctx context.Context, d time.Duration) error
	stall  time.Duration // after which a body of which nothing comes is given up
	log    *slog.Logger
}

// Repetitions of a request that failed for a reason that may pass. Azure lifts its
// limit after a minute: https://learn.microsoft.com/azure/cost-management-billing/automate/get-small-usage-datasets-on-demand
const (
	attempts   = 6
	firstPause = time.Second
	longest    = 2 * time.Minute
)

// statusError is an answer that is not the list.
type statusError struct {
	status int
	after  time.Duration // to wait; 0: the server does not say
}

func (e *statusError) Error() string { return fmt.Sprintf("the server answered with %d", e.status) }

// mayPass reports whether repeating the request may help.
func mayPass(err error) bool {
	var status *statusError
	if errors.As(err, &status) {
		return status.status == http.StatusTooManyRequests || status.status >= 500
	}
	var shape *shapeError
	return !errors.As(err, &shape)
}

// shapeError is a list that is not as it was when this was written: repeating the
// request would not help.
type shapeError struct{ text string }

func (e *shapeError) Error() string {
	return e.text + ": the price list has changed, and this release cannot read it"
}

func changed(format string, args ...any) error { return &shapeError{fmt.Sprintf(format, args...)} }

// get reads a path, and has take read the body as it comes. Where it breaks off, all
// of it is repeated: take begins anew each time.
func (f fetcher) get(ctx context.Context, path string, query url.Values, take func(r io.Reader) error) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := f.once(ctx, path, query, take)
		if err == nil || ctx.Err() != nil || attempt == attempts || !mayPass(err) {
			return err
		}
		var status *statusError
		d := pause + rand.N(pause/2)
		if errors.As(err, &status) && status.after > 0 {
			d = status.after
		}
		f.log.WarnContext(ctx, "a price list is asked for again", slog.String("path", path), slog.Int("attempt", attempt), slog.Duration("pause", d), slog.Any("error", err))
		if err := f.wait(ctx, min(d, longest)); err != nil {
			return err
		}
		pause *= 2
	}
}

func (f fetcher) once(ctx context.Context, path string, query url.Values, take func(r io.Reader) error) error {
	address := f.base + path
	if len(query) > 0 {
		address += "?" + strings.ReplaceAll(query.Encode(), "+", "%20") // Azure takes a plus for one
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(f.stall, func() { cancel(errStalled) })
	defer watch.Stop()
	err := f.read(ctx, address, take, func() { watch.Reset(f.stall) })
	if err != nil && errors.Is(context.Cause(ctx), errStalled) {
		return errStalled
	}
	return err
}

var errStalled = errors.New("nothing came any more")

func (f fetcher) read(ctx context.Context, address string, take func(r io.Reader) error, came func()) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("address of a price list: %w", err)
	}
	res, err := f.client.Do(req)
	if err != nil {
		var link *url.Error
		if errors.As(err, &link) {
			link.URL = hideKey(link.URL)
		}
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return &statusError{res.StatusCode, retryAfter(res.Header.Get("Retry-After"), time.Now())}
	}
	return take(&body{r: res.Body, came: came, left: largest})
}

// retryAfter reads the header: seconds, or a date.
func retryAfter(header string, now time.Time) time.Duration {
	if s, err := strconv.Atoi(header); err == nil && s > 0 {
		return time.Duration(s) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// largest is how many bytes an answer may have, unpacked: the largest file has some 300
// MB. A server that sends without end is not read for ever.
const largest = 4 << 30

// body is an answer as it comes.
type body struct {
	r    io.Reader
	came func() // is called whenever something does
	left int64
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if n > 0 {
		b.came()
	}
	if b.left -= int64(n); b.left < 0 {
		return 0, changed("an answer of more than %d GiB", largest>>30)
	}
	return n, err
}

// longestPiece bounds what one row of CSV, or one element of JSON, takes of memory: the
// largest are of a few KiB. Line feeds do not end a piece: within quotes or brackets
// there may be any number.
const longestPiece = 8 << 20

// pieces is a reader that refuses a piece without end. Who reads says where one ends.
type pieces struct {
	r    io.Reader
	read int
}

func (p *pieces) next() { p.read = 0 }

func (p *pieces) Read(b []byte) (int, error) {
	n, err := p.r.Read(b[:min(len(b), longestPiece+1-p.read)])
	if p.read += n; p.read > longestPiece {
		return 0, changed("a row of more than %d MiB", longestPiece>>20)
	}
	return n, err
}

// effective reports whether what holds from a day or a time on does so now.
func effective(from string, now time.Time) (bool, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, from); err == nil {
			return !at.After(now), nil
		}
	}
	return false, changed("a price holds from %q on", from)
}
