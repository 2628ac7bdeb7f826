package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// codeOldEdit: too many edits of messages that are older than an hour. discordgo
// has no way to see it, as it reads no code in a 429.
const codeOldEdit = 30046

// Codes that discordgo has no name for.
const (
	codeThreadArchived = 50083
	codeThreadExists   = 160004
	codeThreadLocked   = 160005
	codeTooManyThreads = 160006
	codeTooLarge       = 40005
)

// requestTimeout bounds one request to Discord.
const requestTimeout = 15 * time.Second

// transport sends requests to another base URL than Discord's: discordgo's
// endpoints are fixed when the program starts.
type transport struct {
	base *url.URL // nil: Discord itself
	next http.RoundTripper
	// refused is told that nothing at all is to be sent for a while.
	refused func(time.Duration)
	// count is told of every request that the bot's limit as a whole is about, and
	// what it returns that it is answered; seen is told of every answer. nil: nobody is.
	count func(*http.Request) (answered func())
	seen  func(*http.Request, *http.Response)
	guard *guard
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.base != nil {
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host = t.base.Scheme, t.base.Host
		r.Host = ""
	}
	exempt := secretPath.MatchString(r.URL.Path)
	if err := t.guard.stopped(); err != nil && !exempt {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	if t.count != nil && !exempt {
		defer t.count(r)()
	}
	resp, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	t.guard.note(resp)
	if t.seen != nil {
		t.seen(r, resp)
	}
	switch resp.StatusCode {
	case http.StatusForbidden, http.StatusNotFound:
		return t.unmaskPage(resp)
	case http.StatusUnauthorized:
		if !exempt { // the token is not valid, and will not be in a moment
			t.refused(badTokenPause)
		}
	case http.StatusTooManyRequests:
		if isGlobal(resp.Header) {
			t.holdAll(resp.Header)
		}
		return unmaskOldEdit(resp)
	}
	return resp, nil
}

// badTokenPause is between two requests with a token that Discord does not take.
const badTokenPause = 30 * time.Second

// isGlobal reports whether a 429 is about everything that the bot sends: its
// global limit, or what stands before Discord and answers with a page.
func isGlobal(h http.Header) bool {
	return h.Get("X-RateLimit-Global") != "" || h.Get("X-RateLimit-Scope") == "global" || !strings.HasPrefix(h.Get("Content-Type"), "application/json")
}

// holdAll lets nothing be sent for as long as an answer asks, or a while.
func (t *transport) holdAll(h http.Header) {
	seconds, err := strconv.ParseFloat(h.Get("Retry-After"), 64)
	if err != nil || seconds <= 0 {
		seconds = 1
	}
	t.refused(max(time.Duration(seconds*float64(time.Second)), t.guard.banned(h)))
}

// unmaskPage turns a 403 or 404 that is not Discord's into a 503, and holds
// everything for a while: what stands before Discord, a proxy or Cloudflare, knows
// nothing about channels and permissions, and may let the same through in a moment.
func (t *transport) unmaskPage(resp *http.Response) (*http.Response, error) {
	body, err := readError(resp)
	if err != nil {
		return nil, err
	}
	var told discordgo.APIErrorMessage
	if json.Unmarshal(body, &told) == nil && told.Message != "" {
		return resp, nil
	}
	t.holdAll(resp.Header)
	resp.Status = "503 Service Unavailable, as what answered " + resp.Status + " is not Discord"
	resp.StatusCode = http.StatusServiceUnavailable
	return resp, nil
}

// unmaskOldEdit turns the 429 that says "this message is too old to be edited so
// often" into a 400: it is no rate limit that waiting for a moment would end.
func unmaskOldEdit(resp *http.Response) (*http.Response, error) {
	body, err := readError(resp)
	if err != nil {
		return nil, err
	}
	var told discordgo.APIErrorMessage
	if json.Unmarshal(body, &told) == nil && told.Code == codeOldEdit {
		resp.StatusCode, resp.Status = http.StatusBadRequest, "400 Bad Request"
	}
	return resp, nil
}

// readError reads what an answer says is wrong, and leaves it to be read again.
func readError(resp *http.Response) ([]byte, error) {
	const most = 64 << 10
	body, err := io.ReadAll(io.LimitReader(resp.Body, most))
	_ = resp.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// unreadableAPI says that the configured base URL is none.
func unreadableAPI(api string, cause error) error {
	return usererr.New(usererr.Invalid, "The base URL of Discord's API cannot be read: %s.", code(api, 80)).Wrap(cause)
}

func newClient(api string, t *transport) (*http.Client, error) {
	next := http.DefaultTransport.(*http.Transport).Clone()
	next.MaxIdleConnsPerHost = next.MaxIdleConns // there is but one host
	t.next = next
	if api != "" {
		u, err := url.Parse(api)
		if err != nil {
			return nil, fmt.Errorf("base URL of Discord's API: %w", err)
		}
		t.base = u
	}
	return &http.Client{Transport: t, Timeout: requestTimeout}, nil
}

// rest is discordgo for one call. discordgo's own rate limiter would keep a
// bucket for each interaction for ever, let all answers to interactions wait for
// each other, and sleep where nothing can wake it; so no call shares one. The
// outbox paces itself instead, and tries again in its own way.
func (b *Bot) rest() *discordgo.Session { return newREST(b.token, b.client) }

func newREST(token string, client *http.Client) *discordgo.Session {
	return &discordgo.Session{
		Token: "Bot " + token, Client: client, Ratelimiter: discordgo.NewRatelimiter(), UserAgent: userAgent,
		LogLevel: silent,
	}
}

// silent keeps discordgo from writing past the logger.
const silent = -1

const userAgent = "DiscordBot (https://github.com/cloud-engine/cloudengine, 1)"

// secretPath is where an interaction's token stands in a URL. Whoever has it can
// speak for the bot until the interaction is over.
var secretPath = regexp.MustCompile(`(/(?:webhooks|interactions)/[^/]+/)[^/?#]+`)

// withoutToken takes an interaction's token out of an error: net/http and
// discordgo name the URL of what failed.
func withoutToken(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		failed.URL = secretPath.ReplaceAllString(failed.URL, "${1}…")
	}
	var limited *discordgo.RateLimitError
	if errors.As(err, &limited) && limited.RateLimit != nil {
		limited.URL = secretPath.ReplaceAllString(limited.URL, "${1}…")
	}
	return err
}

// codeOf is the code that Discord gave with an error; 0 for none.
func codeOf(err error) int {
	var e *discordgo.RESTError
	if errors.As(err, &e) && e.Message != nil {
		return e.Message.Code
	}
	return 0
}

// statusOf is the HTTP status that Discord answered with; 0 where discordgo
// does not say, which is so for 5xx and for what never got an answer.
func statusOf(err error) int {
	var e *discordgo.RESTError
	if errors.As(err, &e) && e.Response != nil {
		return e.Response.StatusCode
	}
	return 0
}

// retryAfter is how long a rate limit asks to wait; false for other errors.
func retryAfter(err error) (time.Duration, bool) {
	var e *discordgo.RateLimitError
	if !errors.As(err, &e) || e.RateLimit == nil || e.TooManyRequests == nil {
		return 0, false
	}
	return e.RetryAfter, true
}

// within bounds a call that must end although its caller is stopping.
func within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), d)
}
