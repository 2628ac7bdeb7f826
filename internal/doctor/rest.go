package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// rest asks Discord's REST API. It is not discordgo's: a check wants the answer
// as it came, with its Date, and no second try.
type rest struct {
	base   string // without /api/v10
	token  string
	client *http.Client

	// skew is by how much this machine's clock is ahead of the Date of the
	// quickest answer, and known whether an answer had one.
	skew, quickest time.Duration
	known          bool
}

// refusal is an answer that is not what was asked for.
type refusal struct {
	Status  int
	Code    int    `json:"code"`
	Message string `json:"message"`
	After   string // with status 429: Retry-After, in seconds
}

func (r *refusal) Error() string {
	text := fmt.Sprintf("HTTP %d", r.Status)
	if r.Message != "" {
		text += fmt.Sprintf(": %s (code %d)", r.Message, r.Code)
	}
	if r.After != "" {
		text += fmt.Sprintf(", to be tried again in %s s", r.After)
	}
	return text
}

// statusOf is the HTTP status of a refusal; 0 for other errors.
func statusOf(err error) int {
	var r *refusal
	if errors.As(err, &r) {
		return r.Status
	}
	return 0
}

// get asks for a path and decodes the answer.
func (r *rest) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base+"/api/v10"+path, nil)
	if err != nil {
		return fmt.Errorf("ask Discord: %w", err)
	}
	req.Header.Set("User-Agent", "DiscordBot (https://github.com/cloud-engine/cloudengine, 1)")
	if r.token != "" {
		req.Header.Set("Authorization", "Bot "+r.token)
	}
	sent := time.Now()
	resp, err := r.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask Discord: %w", err)
	}
	defer resp.Body.Close()
	r.readClock(resp.Header.Get("Date"), sent, time.Now())
	const most = 8 << 20
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	if err != nil {
		return fmt.Errorf("read Discord's answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		refused := &refusal{}
		_ = json.Unmarshal(body, refused) // a proxy in between may answer with a page
		refused.Status, refused.After = resp.StatusCode, resp.Header.Get("Retry-After")
		return refused
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read Discord's answer: %w", err)
	}
	return nil
}

// readClock compares a Date, which is cut to whole seconds, with the middle of
// the request. The quickest answer counts: a slow one tells the least.
func (r *rest) readClock(date string, sent, received time.Time) {
	at, err := http.ParseTime(date)
	took := received.Sub(sent)
	if err != nil || r.known && took >= r.quickest {
		return
	}
	middle := sent.Add(took / 2)
	r.skew, r.quickest, r.known = middle.Sub(at.Add(time.Second/2)), took, true
}

// name is the base URL as it may be shown.
func (r *rest) name() string {
	u, err := url.Parse(r.base)
	if err != nil {
		return "the configured address"
	}
	return u.Redacted()
}
