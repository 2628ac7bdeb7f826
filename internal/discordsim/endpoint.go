package discordsim

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"time"
)

// SetInteractionsEndpoint makes interactions go to a URL, signed, instead
// of the gateway; "" goes back.
func (a *Application) SetInteractionsEndpoint(url string) {
	a.sim.mu.Lock()
	defer a.sim.mu.Unlock()
	a.endpoint = url
}

// Sign sets the headers by which a bot knows that a body is Discord's.
func (a *Application) Sign(h http.Header, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	signature := ed25519.Sign(a.Ed25519, append([]byte(stamp), body...))
	h.Set("X-Signature-Ed25519", hex.EncodeToString(signature))
	h.Set("X-Signature-Timestamp", stamp)
}

// postInteraction posts an interaction to the application's endpoint and
// takes the body of the answer as the callback.
func (s *Sim) postInteraction(in *Interaction) {
	s.mu.Lock()
	url := in.app.endpoint
	s.mu.Unlock()
	ctx, stop := context.WithTimeout(s.ctx, s.opts.InteractionDeadline)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(in.payload))
	if err != nil {
		s.log.Warn("interactions endpoint", "err", err)
		return
	}
	in.app.Sign(req.Header, time.Now(), in.payload)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.log.Warn("interactions endpoint", "err", err)
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return // 202: the bot answers by a callback; others: no answer
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || len(body) == 0 {
		return
	}
	call := (&http.Request{Method: http.MethodPost, URL: req.URL, Header: resp.Header}).WithContext(ctx)
	call.SetPathValue("interaction_id", in.ID)
	call.SetPathValue("interaction_token", in.token)
	call.Body = io.NopCloser(bytes.NewReader(body))
	q := &request{Request: call, sim: s, route: callbackRoute()}
	if err := q.read(); err != nil {
		return
	}
	if err := s.schema.check(q); err != nil {
		s.refuse(nopWriter{}, q, err)
		return
	}
	s.mu.Lock()
	_, _, err = s.postCallback(q)
	s.mu.Unlock()
	if err != nil {
		s.refuse(nopWriter{}, q, err)
	}
}

// callbackRoute is the route whose body an endpoint answers with.
func callbackRoute() *route {
	for _, r := range routes() {
		if r.pattern == "/interactions/{interaction_id}/{interaction_token}/callback" {
			return &r
		}
	}
	return nil
}

// nopWriter is where the answer to an endpoint's answer goes.
type nopWriter struct{}

func (nopWriter) Header() http.Header         { return http.Header{} }
func (nopWriter) Write(b []byte) (int, error) { return len(b), nil }
func (nopWriter) WriteHeader(int)             {}
