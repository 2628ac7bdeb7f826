package discord

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
)

// roundTrip is Discord as a test plays it.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Errors are logged, and whoever reads an interaction's token in the log could
// speak for the bot.
func TestErrorsKeepTheTokenSecret(t *testing.T) {
	t.Parallel()
	const secret = "aW50ZXJhY3Rpb246c2VjcmV0"
	ctx := context.Background()
	for failure, discord := range map[string]roundTrip{
		"reset": func(*http.Request) (*http.Response, error) { return nil, errors.New("connection reset") },
		"limited": func(r *http.Request) (*http.Response, error) {
			body := io.NopCloser(strings.NewReader(`{"message": "slow down", "retry_after": 1, "global": false}`))
			return &http.Response{StatusCode: http.StatusTooManyRequests, Body: body, Header: http.Header{"Content-Type": {"application/json"}}, Request: r}, nil
		},
	} {
		b := &Bot{Options: Options{Logger: slog.New(slog.DiscardHandler)}, token: "bot", client: &http.Client{Transport: discord}}
		in := func(a answer) *call {
			return &call{Bot: b, i: &discordgo.Interaction{ID: "1", AppID: "2", Token: secret}, received: time.Now(), answered: a}
		}
		for what, err := range map[string]error{
			"first answer": in(unanswered).say(ctx, text("x")),
			"late answer":  in(thinking).say(ctx, text("x")),
			"followup":     in(noted).say(ctx, text("x")),
			"redrawing":    in(noted).replace(ctx, text("x")),
			"dismissal":    in(noted).dismiss(ctx),
		} {
			if err == nil || strings.Contains(err.Error(), secret) {
				t.Errorf("%s, %s: %v", failure, what, err)
			}
			if err == nil || !strings.Contains(err.Error(), "/1/…/callback") && !strings.Contains(err.Error(), "/webhooks/2/…") {
				t.Errorf("%s, %s: the error does not say what failed: %v", failure, what, err)
			}
		}
	}
}
