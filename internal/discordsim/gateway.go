package discordsim

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// The gateway's opcodes.
const (
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoiceState     = 4
	opResume         = 6
	opReconnect      = 7
	opRequestMembers = 8
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

// The gateway's close codes that are used here.
const (
	closeUnknownOp        = 4001
	closeDecode           = 4002
	closeNotAuthenticated = 4003
	closeBadToken         = 4004
	closeAlreadyAuth      = 4005
	closeRateLimited      = 4008
	closeTimedOut         = 4009
	closeBadIntents       = 4014
)

// maxGatewayPayload is the size of a message from a client.
const maxGatewayPayload = 4096

// gatewaySends is how much a client may send, heartbeats aside.
// https://docs.discord.com/developers/events/gateway#rate-limiting
var gatewaySends = Rate{120, time.Minute}

// frame is a message from a client.
type frame struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
}

// identify is the data of opIdentify and, with the last two, of opResume.
type identify struct {
	Token     string  `json:"token"`
	Intents   uint64  `json:"intents"`
	Compress  bool    `json:"compress"`
	Shard     *[2]int `json:"shard"`
	SessionID string  `json:"session_id"`
	Seq       int     `json:"seq"`
}

// serveGateway speaks with one client until either side ends it.
func (s *Sim) serveGateway(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		s.log.Warn("gateway refused", "err", err)
		return
	}
	defer ws.CloseNow() //nolint:errcheck // closed already in most cases
	ws.SetReadLimit(1 << 20)
	ctx, cut := context.WithCancel(s.ctx)
	defer cut()
	conn := newGatewayConn(ws, r.URL.Query().Get("compress"), cut)
	if !s.connect(conn) {
		return
	}
	limit := s.opts.HeartbeatInterval + s.opts.HeartbeatGrace
	alive := time.AfterFunc(limit, func() { s.timeOut(conn) })
	defer alive.Stop()
	writer := make(chan struct{})
	go func() {
		defer close(writer)
		defer cut()
		conn.write(ctx)
	}()
	conn.control(opHello, object{"heartbeat_interval": s.opts.HeartbeatInterval.Milliseconds(), "_trace": []string{"discordsim"}})
	code := s.converse(ctx, conn, func() { alive.Reset(limit) })
	cut()
	<-writer
	s.disconnect(conn)
	s.recordEnd(conn, code)
}

// converse reads what a client sends and answers, until the connection ends
// with the code that it returns. alive is called for whatever comes from a client
// that has identified itself.
func (s *Sim) converse(ctx context.Context, conn *gatewayConn, alive func()) websocket.StatusCode {
	sends := newLimiter()
	for {
		_, text, err := conn.ws.Read(ctx)
		if err != nil {
			code := websocket.CloseStatus(err)
			s.ended(conn, code)
			return code
		}
		var in frame
		if len(text) > maxGatewayPayload || json.Unmarshal(text, &in) != nil {
			conn.end(closeDecode, "Decode error.")
			continue
		}
		if in.Op == opHeartbeat {
			if !s.faults.silent(conn.application()) {
				conn.control(opHeartbeatAck, nil)
			}
		} else if _, _, ok := sends.take(bucketKey{}, gatewaySends); ok {
			s.command(conn, in)
		} else {
			conn.end(closeRateLimited, "Rate limited.")
		}
		if conn.application() != nil {
			alive()
		}
	}
}

// command carries out what a client sends that is no heartbeat.
func (s *Sim) command(conn *gatewayConn, in frame) {
	switch in.Op {
	case opIdentify:
		s.authenticate(conn, "IDENTIFY", in.Data, s.identify)
	case opResume:
		s.authenticate(conn, "RESUME", in.Data, s.resume)
	case opRequestMembers, opPresence, opVoiceState:
		if conn.application() == nil {
			conn.end(closeNotAuthenticated, "Not authenticated.")
		} else if in.Op == opRequestMembers { // of the others nobody here sees anything
			s.requestMembers(conn, in.Data)
		}
	default:
		conn.end(closeUnknownOp, "Unknown opcode.")
	}
}

// authenticate finds the application whose token it is, and lets it begin or go on:
// begin reports with which code, if any, the connection ends, and what is to be said
// about it.
func (s *Sim) authenticate(conn *gatewayConn, what string, data json.RawMessage, begin func(*gatewayConn, *Application, *identify) (code int, remark string)) {
	var in identify
	if err := json.Unmarshal(data, &in); err != nil {
		conn.end(closeDecode, "Decode error.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	app := s.byBotToken(strings.TrimPrefix(in.Token, "Bot "))
	code, remark := 0, ""
	switch {
	case app == nil:
		code, remark = closeBadToken, "Authentication failed."
	case conn.session != nil:
		code, remark = closeAlreadyAuth, "Already authenticated."
	default:
		code, remark = begin(conn, app, &in)
	}
	if code != 0 {
		conn.end(code, remark)
	}
	s.recordGateway(app, what, data, code, remark)
}

// identify starts a session. s.mu is held.
func (s *Sim) identify(conn *gatewayConn, app *Application, in *identify) (code int, remark string) {
	switch {
	case s.faults.badIntents(app), app.lacks(in.Intents):
		return closeBadIntents, "Disallowed intent(s)."
	case s.faults.takeOp7(app):
		conn.control(opReconnect, nil)
		return 0, "asked to reconnect"
	}
	session := &gatewaySession{id: randomToken(16), app: app, intents: in.Intents, shard: [2]int{0, 1}}
	if in.Shard != nil && in.Shard[1] > 0 {
		session.shard = *in.Shard
	}
	conn.setCompress(in.Compress)
	app.expireSessions()
	app.sessions = append(app.sessions, session)
	session.attach(conn)
	s.greet(session)
	s.notify()
	return 0, ""
}

// greet sends READY and the guilds.
func (s *Sim) greet(session *gatewaySession) {
	app := session.app
	var unavailable []object
	for _, g := range s.guildsOf(app) {
		if session.serves(g.ID) {
			unavailable = append(unavailable, object{"id": g.ID, "unavailable": true})
		}
	}
	if unavailable == nil {
		unavailable = []object{}
	}
	session.event("READY", encode(object{
		"v": 10, "user": app.User, "guilds": unavailable, "session_id": session.id, "session_type": "normal",
		"resume_gateway_url": s.gatewayURL(), "shard": session.shard, "private_channels": []any{}, "relationships": []any{},
		"user_settings": object{}, "presences": []any{}, "guild_join_requests": []any{}, "geo_ordered_rtc_regions": []any{},
		"application": object{"id": app.ID, "flags": app.flags()}, "_trace": []string{"discordsim"},
	}))
	for _, g := range s.guildsOf(app) {
		session.guildCreate(g)
	}
}

// resume continues a session, with what was missed. s.mu is held.
func (s *Sim) resume(conn *gatewayConn, app *Application, in *identify) (code int, remark string) {
	session := app.session(in.SessionID)
	if session == nil || in.Seq > session.seq || in.Seq < session.dropped || s.faults.takeOp9(app) {
		app.forget(session)
		conn.control(opInvalidSession, false)
		return 0, "invalid session"
	}
	session.attach(conn)
	for _, e := range session.log[in.Seq-session.dropped:] {
		conn.push(e)
	}
	session.event("RESUMED", json.RawMessage(`{"_trace":["discordsim"]}`))
	s.notify()
	return 0, ""
}

// requestMembers answers with the members of a guild, in one chunk.
func (s *Sim) requestMembers(conn *gatewayConn, data json.RawMessage) {
	var in struct {
		GuildIDs writtenIDs `json:"guild_id"` // some clients send a list
		UserIDs  writtenIDs `json:"user_ids"`
		Query    *string    `json:"query"`
		Nonce    string     `json:"nonce"`
	}
	if json.Unmarshal(data, &in) != nil || len(in.GuildIDs) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.guilds[string(in.GuildIDs[0])]
	if g == nil || g.apps[conn.session.app.ID] == nil {
		return
	}
	members := []object{}
	for _, m := range g.sortedMembers() {
		byName := in.Query != nil && strings.HasPrefix(m.Username, *in.Query)
		if byName || in.UserIDs.has(m.ID) {
			members = append(members, m.wire())
		}
	}
	conn.session.event("GUILD_MEMBERS_CHUNK", encode(object{
		"guild_id": g.ID, "members": members, "chunk_index": 0, "chunk_count": 1, "nonce": in.Nonce,
	}))
}
