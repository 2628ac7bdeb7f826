package discordsim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// recordRequest remembers a call of the REST API and what came of it.
// trouble is what a fault did to it, if any.
func (s *Sim) recordRequest(q *request, status int, answer any, trouble string) {
	r := record{verb: q.Method, what: q.URL.RequestURI(), body: cut(q.body)}
	r.Kind, r.At, r.Took, r.App, r.Status, r.Error = ExchangeRequest, q.start, time.Since(q.start), q.app, status, trouble
	if r.App == nil {
		r.App = s.sender(q.Request)
	}
	switch answer := answer.(type) {
	case nil:
	case json.RawMessage:
		r.answer = cut(answer)
	default:
		r.answer = cut(encode(answer))
	}
	for _, u := range q.files {
		r.Files = append(r.Files, fmt.Sprintf("%s, %d bytes", u.name, len(u.data)))
	}
	s.traffic.add(r)
}

// recordOffline remembers a request that met nobody.
func (s *Sim) recordOffline(q *http.Request) {
	r := record{verb: q.Method, what: strings.TrimPrefix(q.URL.RequestURI(), apiPrefix(q.URL.Path))}
	r.Kind, r.At, r.App, r.Error = ExchangeRequest, time.Now(), s.sender(q), "offline"
	s.traffic.add(r)
}

// sender is whose token a request carries, accepted or not.
func (s *Sim) sender(q *http.Request) *Application {
	token := strings.TrimPrefix(q.Header.Get("Authorization"), "Bot ")
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, app := range s.apps {
		if token != "" && app.Token == token {
			return app
		}
	}
	return nil
}

// recordInteraction remembers an interaction that is sent.
func (s *Sim) recordInteraction(in *Interaction) {
	r := record{verb: "INTERACTION_CREATE", what: in.did, body: cut(in.payload)}
	r.Kind, r.At, r.App = ExchangeInteraction, in.sent, in.app
	in.seq = s.traffic.add(r)
}

// answers names the callback types.
var answers = map[int]string{
	answerMessage: "message", answerDefer: "deferred message", answerDeferUpdate: "deferred update",
	answerUpdate: "update of the message", answerChoices: "choices", answerModal: "form",
}

// recordAnswer remembers how an interaction was answered, or that it was
// not.
func (s *Sim) recordAnswer(in *Interaction) {
	s.traffic.change(in.seq, func(r *record) {
		r.Took = time.Since(in.sent)
		if in.expired {
			r.Error = ErrNoResponse.Error()
			return
		}
		r.Status, r.Answer = http.StatusOK, answers[in.answer]
	})
}

// recordGateway remembers a turn in the life of a connection: what the bot
// sent or was told, the close code and what went wrong, if so.
func (s *Sim) recordGateway(app *Application, what string, data json.RawMessage, code int, trouble string) {
	r := record{verb: what, body: cut(data)}
	r.Kind, r.At, r.App, r.Status, r.Error = ExchangeGateway, time.Now(), app, code, trouble
	s.traffic.add(r)
}

// recordEnd remembers the end of a connection, which was closed with a code
// by the bot, or without one.
func (s *Sim) recordEnd(conn *gatewayConn, code websocket.StatusCode) {
	conn.mu.Lock()
	closed := conn.closed
	conn.mu.Unlock()
	switch app := conn.application(); {
	case closed.code != 0:
		s.recordGateway(app, "CLOSE by Discord", nil, closed.code, closed.reason)
	case code >= 0:
		s.recordGateway(app, "CLOSE by the bot", nil, int(code), "")
	default:
		s.recordGateway(app, "CLOSE", nil, 0, "the connection was cut")
	}
}
