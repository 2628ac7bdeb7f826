// Package prices brings the providers' public price lists into the price book: it
// reads them page by page, normalises what it knows to the canonical keys of package
// cost, checks what it got, and switches to it or refuses it.
//
// The package must not know what a price is for: which resource has which key is said
// by package cost.
package prices

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Providers are those that publish a price list.
func Providers() []string { return []string{"aws", "azure", "gcp"} }

// Options are what New needs. Base URLs are without a slash at the end.
type Options struct {
	Store  *store.Store
	AWS    string // bulk price list files
	Azure  string // retail prices
	GCP    string // Cloud Billing Catalog
	GCPKey string // API key of it; empty: Google Cloud's prices are not imported
	// AcceptChanges makes lists current whose prices differ from those in use or are gone:
	// a person has looked, and the provider's prices are so. What cannot be a price list,
	// such as machines for nothing, is refused all the same.
	AcceptChanges bool
	// Progress, if any, is told after each page.
	Progress func(Progress)
	// Wait pauses before a request is repeated; nil: for that long.
	Wait   func(ctx context.Context, d time.Duration) error
	Logger *slog.Logger
}

// Progress is how far an import has come.
type Progress struct {
	Provider    string
	Part        string // being read
	Done, Parts int
	Pages       int // of all parts, by this process
	Prices      int // found by this process
}

// Importer imports price lists.
type Importer struct {
	Options
	client *http.Client
	stall  time.Duration
}

// stall is how long a server may take between two pieces of a list.
const stall = 2 * time.Minute

// New returns an importer.
func New(o Options) *Importer {
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return &Importer{Options: o, stall: stall, client: &http.Client{
		Transport:     http.DefaultTransport.(*http.Transport).Clone(), // with connections of its own, which Close ends
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close ends the connections that are kept.
func (i *Importer) Close() { i.client.CloseIdleConnections() }

// Result is what an import came to.
type Result struct {
	Provider string
	Prices   int
	SHA256   string
	Resumed  bool     // an interrupted import was taken up
	Refused  []string // why the new list was not switched to; empty: it was
}

// regionName is what any provider calls a region.
var regionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Import brings the price book's prices of a provider up to date, in the regions that
// are named, or in all. What was interrupted goes on where it stopped. standby is
// called where another process imports, and is waited for.
func (i *Importer) Import(ctx context.Context, provider string, regions []string, standby func()) (res Result, err error) {
	src, err := i.source(provider)
	if err != nil {
		return Result{}, err
	}
	regions = slices.Compact(slices.Sorted(slices.Values(regions)))
	for _, r := range regions {
		if !regionName.MatchString(r) {
			return Result{}, usererr.New(usererr.Invalid, "%q is not the name of a region. Nothing was changed. Regions are named as the provider does, such as eu-west-1.", r)
		}
	}
	err = i.Store.HoldPrices(ctx, provider, standby, func(ctx context.Context) error {
		res, err = i.run(ctx, src, provider, regions)
		return err
	})
	return res, i.public(err, provider)
}

// Refresh is Import of all regions, if it is still due once no other process imports.
func (i *Importer) Refresh(ctx context.Context, provider string) (res Result, err error) {
	src, err := i.source(provider)
	if err != nil {
		return Result{}, err
	}
	err = i.Store.HoldPrices(ctx, provider, func() {}, func(ctx context.Context) error {
		due, err := i.Due(ctx)
		if err != nil || !slices.Contains(due, provider) {
			return err
		}
		res, err = i.run(ctx, src, provider, nil)
		return err
	})
	return res, i.public(err, provider)
}

// run is an import as its steps.
func (i *Importer) run(ctx context.Context, src source, provider string, regions []string) (Result, error) {
	res := Result{Provider: provider}
	snap, done, err := i.Store.BeginPrices(ctx, provider, src.name(), regions)
	if err != nil {
		return res, err
	}
	res.Resumed = len(done) > 0
	if err := i.read(ctx, src, snap, done, regions); err != nil {
		return res, err
	}
	if err := i.compose(ctx, src, snap.ID); err != nil {
		return res, err
	}
	fetched, err := i.Store.Now(ctx)
	if err != nil {
		return res, err
	}
	if err := i.Store.CompletePrices(ctx, snap.ID, fetched); err != nil {
		return res, err
	}
	c := newCheck()
	if err := i.Store.ComparePrices(ctx, snap.ID, c.region); err != nil {
		return res, err
	}
	res.Prices, res.SHA256, res.Refused = c.rows, c.sum(), c.reasons(i.AcceptChanges)
	if len(res.Refused) > 0 {
		err = i.Store.RefusePrices(ctx, snap.ID, res.Refused, fetched)
	} else {
		err = i.Store.SwitchPrices(ctx, snap.ID, res.SHA256, fetched)
	}
	if err != nil {
		return res, err
	}
	return res, i.Store.ForgetPrices(ctx, forgottenAfter)
}

// forgottenAfter is how long an import is kept that nobody takes up again.
const forgottenAfter = 48 * time.Hour

// Bounds of what a server says. The longest list has a few thousand pages, the names of
// which have some hundred bytes; the fullest file has some ten thousand prices of ours.
const (
	maxPages      = 20_000
	maxPrices     = 200_000 // of a page
	longestCursor = 4 << 10
)

// read reads every part that is not done yet, a page at a time.
func (i *Importer) read(ctx context.Context, src source, snap store.PriceSnapshot, done map[string]store.PricePart, regions []string) error {
	parts, err := src.parts(ctx, regions)
	if err != nil {
		return err
	}
	now, err := i.Store.Now(ctx)
	if err != nil {
		return err
	}
	p, want := Progress{Provider: snap.Provider, Parts: len(parts)}, scope{regions, now}
	for _, name := range parts {
		part := done[name]
		part.Part, p.Part = name, name
		for seen := map[string]bool{}; !part.Done; {
			if seen[part.Cursor] || part.Pages >= maxPages {
				return fmt.Errorf("%s does not end: after %d pages it comes to one that was read", name, part.Pages)
			}
			seen[part.Cursor] = true
			pg, err := src.page(ctx, name, part.Cursor, want)
			if err == nil && len(pg.next) > longestCursor {
				err = changed("the name of the next page has %d bytes", len(pg.next))
			}
			if err != nil {
				return fmt.Errorf("%s, page %d: %w", name, part.Pages+1, err)
			}
			if pg.published.After(now) {
				pg.published = now // else it would not grow old
			}
			part.Cursor, part.Pages, part.Done = pg.next, part.Pages+1, pg.next == ""
			if !pg.published.IsZero() && (part.Published == nil || pg.published.Before(*part.Published)) {
				part.Published = &pg.published
			}
			if err := i.Store.SavePrices(ctx, snap.ID, part, pg.prices); err != nil {
				return err
			}
			p.Pages, p.Prices = p.Pages+1, p.Prices+len(pg.prices)
			i.Progress(p)
		}
		p.Done++
		i.Progress(p)
	}
	return nil
}

func (i *Importer) compose(ctx context.Context, src source, id int64) error {
	made, err := src.compose(func(prefix string) ([]cost.Price, error) { return i.Store.PricesOf(ctx, id, prefix) })
	if err != nil || len(made) == 0 {
		return err
	}
	return i.Store.SavePrices(ctx, id, store.PricePart{Part: "composed", Done: true}, made)
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
