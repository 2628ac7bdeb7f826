package discordsim

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// ErrEndpoint is why a URL is not, or no more, an application's endpoint.
var ErrEndpoint = errors.New("the interactions endpoint could not be verified")

// SetInteractionsEndpoint makes interactions go to a URL, signed, instead
// of the gateway; "" goes back. Nothing is asked of it.
func (a *Application) SetInteractionsEndpoint(url string) {
	a.sim.mu.Lock()
	defer a.sim.mu.Unlock()
	a.endpoint = url
}

// SaveInteractionsEndpoint sets the endpoint as the developer portal does: it
// must answer a PING, and refuse one with a bad signature, or everything stays
// as it is and the error wraps ErrEndpoint.
func (a *Application) SaveInteractionsEndpoint(ctx context.Context, url string) error {
	if err := a.verify(ctx, url); err != nil {
		return err
	}
	a.SetInteractionsEndpoint(url)
	return nil
}

// CheckInteractionsEndpoint is what Discord does to each endpoint now and then:
// where it no longer verifies, the URL is removed.
func (a *Application) CheckInteractionsEndpoint(ctx context.Context) error {
	a.sim.mu.Lock()
	url := a.endpoint
	a.sim.mu.Unlock()
	err := a.verify(ctx, url)
	if errors.Is(err, ErrEndpoint) {
		a.SetInteractionsEndpoint("")
	}
	return err
}

// verify sends a PING with a good and one with a bad signature.
func (a *Application) verify(ctx context.Context, url string) error {
	a.sim.mu.Lock()
	id := a.sim.newID()
	a.sim.mu.Unlock()
	ping, err := json.Marshal(object{"id": id, "application_id": a.ID, "type": interactionPing, "token": randomToken(48), "version": 1, "user": a.User, "entitlements": []any{}})
	if err != nil {
		return err
	}
	var pong struct {
		Type int `json:"type"`
	}
	said, err := a.post(ctx, url, ping, ping)
	switch {
	case err != nil:
		return err
	case said.status != http.StatusOK, !said.isJSON(), json.Unmarshal(said.body, &pong) != nil, pong.Type != answerPong:
		return fmt.Errorf("%w: a PING was answered with %d, %q", ErrEndpoint, said.status, said.body)
	}
	said, err = a.post(ctx, url, ping, append(ping, ' '))
	if err == nil && said.status != http.StatusUnauthorized {
		return fmt.Errorf("%w: a bad signature was answered with %d", ErrEndpoint, said.status)
	}
	return err
}

// endpointAnswer is what an endpoint says to a request.
type endpointAnswer struct {
	status int
	header http.Header
	body   []byte
}

func (said endpointAnswer) isJSON() bool {
	kind, _, err := mime.ParseMediaType(said.header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}

// Sign sets the headers by which a bot knows that a body is Discord's.
func (a *Application) Sign(h http.Header, at time.Time, body []byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	signature := ed25519.Sign(a.Ed25519, append([]byte(stamp), body...))
	h.Set("X-Signature-Ed25519", hex.EncodeToString(signature))
	h.Set("X-Signature-Timestamp", stamp)
}

// post sends a body to a URL with the signature of one, and reads the answer.
func (a *Application) post(ctx context.Context, url string, body, signed []byte) (endpointAnswer, error) {
	ctx, stop := context.WithTimeout(ctx, a.sim.opts.InteractionDeadline)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return endpointAnswer{}, fmt.Errorf("%w: %w", ErrEndpoint, err)
	}
	a.Sign(req.Header, time.Now(), signed)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")
	resp, err := a.sim.client.Do(req)
	if err != nil {
		return endpointAnswer{}, fmt.Errorf("%w: %w", ErrEndpoint, err)
	}
	defer resp.Body.Close()
	said := endpointAnswer{status: resp.StatusCode, header: resp.Header}
	said.body, err = io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	if err != nil {
		return said, fmt.Errorf("%w: %w", ErrEndpoint, err)
	}
	return said, nil
}

// postInteraction posts an interaction to the application's endpoint and
// takes the body of the answer as the callback.
func (s *Sim) postInteraction(in *Interaction) {
	s.mu.Lock()
	url := in.app.endpoint
	s.mu.Unlock()
	said, err := in.app.post(s.ctx, url, in.payload, in.payload)
	if err != nil {
		s.log.Warn("interactions endpoint", "err", err)
		return
	}
	if said.status != http.StatusOK || len(said.body) == 0 {
		return // 202: the bot answers by a callback; others: no answer
	}
	call, err := http.NewRequestWithContext(s.ctx, http.MethodPost, url, bytes.NewReader(said.body))
	if err != nil {
		return
	}
	call.Header = said.header
	q := &request{Request: call, sim: s, route: callbackRoute(), app: in.app, in: in}
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
