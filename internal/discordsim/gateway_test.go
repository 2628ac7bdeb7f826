package discordsim_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// packet is what the gateway sends.
type packet struct {
	Op   int             `json:"op"`
	Seq  int             `json:"s"`
	Type string          `json:"t"`
	Data json.RawMessage `json:"d"`
}

// socket is a bare gateway client.
type socket struct {
	t      *testing.T
	ctx    context.Context
	ws     *websocket.Conn
	stream io.Reader     // inflates what compress=zlib-stream sends
	packed *bytes.Buffer // what stream reads
}

func (w *world) mustSocket(t *testing.T, query string) *socket {
	t.Helper()
	ctx := testContext(t)
	url := "ws" + strings.TrimPrefix(w.URL(), "http") + "/?v=10&encoding=json" + query
	ws, _, err := websocket.Dial(ctx, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.SetReadLimit(1 << 24)
	t.Cleanup(func() { _ = ws.CloseNow() })
	s := &socket{t: t, ctx: ctx, ws: ws, packed: &bytes.Buffer{}}
	if hello := s.next(); hello.Op != 10 || !strings.Contains(string(hello.Data), "heartbeat_interval") {
		t.Fatalf("hello = %+v", hello)
	}
	return s
}

func (s *socket) send(op int, data any) {
	s.t.Helper()
	text, _ := json.Marshal(object{"op": op, "d": data})
	s.write(text)
}

func (s *socket) write(text []byte) {
	s.t.Helper()
	if err := s.ws.Write(s.ctx, websocket.MessageText, text); err != nil {
		s.t.Fatal(err)
	}
}

// read returns the next packet or how the connection ended.
func (s *socket) read() (packet, error) {
	kind, text, err := s.ws.Read(s.ctx)
	if err != nil {
		return packet{}, err
	}
	var p packet
	if kind == websocket.MessageText {
		return p, json.Unmarshal(text, &p)
	}
	s.packed.Write(text)
	if s.stream == nil {
		if s.stream, err = zlib.NewReader(s.packed); err != nil {
			return p, err
		}
	}
	return p, json.NewDecoder(s.stream).Decode(&p)
}

func (s *socket) next() packet {
	s.t.Helper()
	p, err := s.read()
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// until skips to an event or opcode ("MESSAGE_CREATE", "op 9").
func (s *socket) until(what string) packet {
	s.t.Helper()
	for {
		p := s.next()
		if p.Type == what || fmt.Sprintf("op %d", p.Op) == what {
			return p
		}
	}
}

// closed reads on until the connection ends, and returns the code.
func (s *socket) closed() int {
	s.t.Helper()
	for {
		if _, err := s.read(); err != nil {
			return int(websocket.CloseStatus(err))
		}
	}
}

const allIntents = 1<<0 | 1<<1 | 1<<9 | 1<<12

func (s *socket) identify(token string, more ...any) packet {
	s.t.Helper()
	s.send(2, s.identity(token, more...))
	return s.until("READY")
}

func (s *socket) identity(token string, more ...any) object {
	o := object{"token": token, "intents": allIntents, "properties": object{}}
	for i := 0; i < len(more); i += 2 {
		o[more[i].(string)] = more[i+1]
	}
	return o
}

func (s *socket) sessionID(p packet) string {
	s.t.Helper()
	var ready struct {
		SessionID string `json:"session_id"`
	}
	if err := json.Unmarshal(p.Data, &ready); err != nil {
		s.t.Fatal(err)
	}
	return ready.SessionID
}

func TestGatewayEvents(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for name, query := range map[string]string{"plain": "", "zlib-stream": "&compress=zlib-stream"} {
		t.Run(name, func(t *testing.T) {
			s := w.mustSocket(t, query)
			ready := s.identify("Bot " + w.app.Token)
			if ready.Seq != 1 || !strings.Contains(string(ready.Data), "resume_gateway_url") {
				t.Errorf("ready = %+v", ready)
			}
			if g := s.until("GUILD_CREATE"); !strings.Contains(string(g.Data), w.ops.ID) || !strings.Contains(string(g.Data), w.ada.ID) {
				t.Errorf("guild = %s", g.Data)
			}
			s.send(1, 2)
			s.until("op 11")
			m := w.mustPost(t, object{"content": strings.Repeat("long ", 300)})
			if e := s.until("MESSAGE_CREATE"); !strings.Contains(string(e.Data), `"guild_id":"`+w.guild.ID) {
				t.Errorf("message = %s", e.Data)
			}
			w.call(t, "PATCH", w.messages()+"/"+m.ID, object{"content": "edited"})
			s.until("MESSAGE_UPDATE")
			w.call(t, "POST", w.messages()+"/"+m.ID+"/threads", object{"name": "run"})
			s.until("THREAD_CREATE")
			w.call(t, "PATCH", "/channels/"+m.ID, object{"archived": true})
			s.until("THREAD_UPDATE")
			w.call(t, "DELETE", w.messages()+"/"+m.ID, nil)
			s.until("MESSAGE_DELETE")
			bob := w.guild.NewMember("bob")
			s.until("GUILD_MEMBER_ADD")
			w.guild.Kick(bob)
			s.until("GUILD_MEMBER_REMOVE")
			c := w.guild.NewTextChannel("more")
			s.until("CHANNEL_CREATE")
			c.Delete()
			s.until("CHANNEL_DELETE")
			s.send(8, object{"guild_id": w.guild.ID, "query": "", "limit": 0, "nonce": "n"})
			if e := s.until("GUILD_MEMBERS_CHUNK"); !strings.Contains(string(e.Data), w.grace.ID) {
				t.Errorf("members = %s", e.Data)
			}
			other := w.NewGuild("Other")
			other.AddApplication(w.app, 0)
			s.until("GUILD_CREATE")
			other.RemoveApplication(w.app)
			s.until("GUILD_DELETE")
		})
	}
}

// With "compress" in IDENTIFY each large payload is a zlib stream of its own.
func TestPayloadCompression(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for i := range 100 {
		w.guild.NewMember(fmt.Sprint("member", i))
	}
	s := w.mustSocket(t, "")
	s.identify(w.app.Token, "compress", true)
	kind, text, err := s.ws.Read(s.ctx)
	if err != nil || kind != websocket.MessageBinary {
		t.Fatalf("read: %v %v", kind, err)
	}
	z := must(zlib.NewReader(bytes.NewReader(text)))(t)
	if inflated := must(io.ReadAll(z))(t); !strings.Contains(string(inflated), "member99") {
		t.Errorf("guild = %.200s", inflated)
	}
}

// With compress=zstd-stream all payloads are one Zstandard frame, here taken apart
// by hand (RFC 8878, section 3.1.1). No block of it may be larger than the window.
func TestZstdStream(t *testing.T) {
	t.Parallel()
	w, ctx := mustWorld(t, unlimited), testContext(t)
	for i := range 500 {
		w.guild.NewMember(fmt.Sprint("member", i))
	}
	ws, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(w.URL(), "http")+"/?v=10&encoding=json&compress=zstd-stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.CloseNow() //nolint:errcheck // the test is over
	ws.SetReadLimit(1 << 24)
	begun := false
	blocks := func() (sizes []int, text string) {
		kind, in, err := ws.Read(ctx)
		if err != nil || kind != websocket.MessageBinary {
			t.Fatalf("read: %v %v", kind, err)
		}
		if !begun {
			begun = true
			if in = bytes.TrimPrefix(in, []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 0x38}); in[0] == 0x28 {
				t.Fatalf("it begins with %x", in[:8])
			}
		}
		for len(in) > 0 {
			header := int(in[0]) | int(in[1])<<8 | int(in[2])<<16
			if header&7 != 0 {
				t.Fatalf("block of type %d", header&7)
			}
			sizes, text, in = append(sizes, header>>3), text+string(in[3:3+header>>3]), in[3+header>>3:]
		}
		return sizes, text
	}
	if _, hello := blocks(); !strings.Contains(hello, "heartbeat_interval") {
		t.Errorf("hello = %s", hello)
	}
	s := &socket{t: t, ctx: ctx, ws: ws}
	s.send(2, s.identity(w.app.Token))
	if _, ready := blocks(); !strings.Contains(ready, `"READY"`) {
		t.Errorf("ready = %s", ready)
	}
	sizes, guild := blocks()
	if len(sizes) < 2 || slices.Max(sizes) != 128<<10 || !json.Valid([]byte(guild)) {
		t.Errorf("guild of blocks %v: %.200s", sizes, guild)
	}
}

// A session that was resumed elsewhere loses its old connection.
func TestResumeElsewhere(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	first := w.mustSocket(t, "")
	id := first.sessionID(first.identify(w.app.Token))
	second := w.mustSocket(t, "")
	second.send(6, object{"token": w.app.Token, "session_id": id, "seq": 1})
	second.until("RESUMED")
	first.closed()
	if n := w.app.Sessions(); n != 1 {
		t.Errorf("%d sessions, want 1", n)
	}
}

func TestIntentsAndShards(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	few := w.mustSocket(t, "")
	few.identify(w.app.Token, "intents", 1)
	if g := string(few.until("GUILD_CREATE").Data); strings.Contains(g, `"username":"grace"`) || !strings.Contains(g, w.app.ID) {
		t.Errorf("guild without the intent for members = %s", g)
	}
	id := must(jsonNumber(w.guild.ID))(t)
	mine, others := w.mustSocket(t, ""), w.mustSocket(t, "")
	shard := int(id >> 22 % 2)
	mine.identify(w.app.Token, "shard", []int{shard, 2})
	others.identify(w.app.Token, "shard", []int{1 - shard, 2})
	if n := w.app.Sessions(); n != 3 {
		t.Errorf("%d sessions, want 3", n)
	}
	w.mustPost(t, object{"content": "x"})
	mine.until("MESSAGE_CREATE")
	for name, s := range map[string]*socket{"without intents": few, "another shard": others} {
		s.send(1, nil)
		if p := s.next(); p.Op != 11 {
			t.Errorf("%s got %s", name, p.Type)
		}
	}
}

func jsonNumber(s string) (uint64, error) {
	var n uint64
	_, err := fmt.Sscan(s, &n)
	return n, err
}

func TestResume(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	first := w.mustSocket(t, "")
	id := first.sessionID(first.identify(w.app.Token))
	w.mustPost(t, object{"content": "one"})
	seq := first.until("MESSAGE_CREATE").Seq
	w.Faults().DropGateway(w.app)
	first.closed()
	w.mustPost(t, object{"content": "two"})
	w.mustPost(t, object{"content": "three"})

	resume := object{"token": w.app.Token, "session_id": id, "seq": seq}
	second := w.mustSocket(t, "")
	second.send(6, resume)
	for _, want := range []string{"two", "three"} {
		if e := second.next(); e.Type != "MESSAGE_CREATE" || !strings.Contains(string(e.Data), want) {
			t.Errorf("missed event = %s %s, want %s", e.Type, e.Data, want)
		}
	}
	if e := second.next(); e.Type != "RESUMED" || e.Seq != seq+3 {
		t.Errorf("then %s %d", e.Type, e.Seq)
	}
	w.mustPost(t, object{"content": "four"})
	second.until("MESSAGE_CREATE")

	// Closing with 1000 says that nobody will resume.
	second.ws.Close(websocket.StatusNormalClosure, "")
	if err := w.AwaitSessions(second.ctx, w.app, 0); err != nil {
		t.Fatal(err)
	}
	third := w.mustSocket(t, "")
	third.send(6, resume)
	if p := third.until("op 9"); string(p.Data) != "false" {
		t.Errorf("invalid session = %s", p.Data)
	}
	third.identify(w.app.Token)
	third.send(6, object{"token": "nonsense", "session_id": id, "seq": 1})
	if code := third.closed(); code != 4004 {
		t.Errorf("closed with %d", code)
	}
}

func TestGatewayRefusals(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for name, test := range map[string]struct {
		do   func(s *socket)
		want int
	}{
		"bad token":     {func(s *socket) { s.send(2, object{"token": "nonsense"}) }, 4004},
		"no JSON":       {func(s *socket) { s.write([]byte("{")) }, 4002},
		"too large":     {func(s *socket) { s.send(2, object{"token": strings.Repeat("x", 5000)}) }, 4002},
		"unknown op":    {func(s *socket) { s.send(77, nil) }, 4001},
		"status first":  {func(s *socket) { s.send(3, object{}) }, 4003},
		"members first": {func(s *socket) { s.send(8, object{"guild_id": w.guild.ID}) }, 4003},
		"resume too": {func(s *socket) {
			id := s.sessionID(s.identify(w.app.Token))
			s.send(6, object{"token": w.app.Token, "session_id": id, "seq": 1})
		}, 4005},
		"too much": {func(s *socket) {
			s.identify(w.app.Token)
			for range 120 {
				s.send(3, object{})
			}
		}, 4008},
		"twice":         {func(s *socket) { s.identify(w.app.Token); s.send(2, s.identity(w.app.Token)) }, 4005},
		"on demand":     {func(s *socket) { s.identify(w.app.Token); w.Faults().CloseGateway(w.app, 4000) }, 4000},
		"bad identify":  {func(s *socket) { s.send(2, []int{1}) }, 4002},
		"bad resume":    {func(s *socket) { s.send(6, []int{1}) }, 4002},
		"wrong intents": {func(s *socket) { w.Faults().RefuseIntents(w.app, true); s.send(2, s.identity(w.app.Token)) }, 4014},
	} {
		w.Faults().RefuseIntents(w.app, false)
		s := w.mustSocket(t, "")
		test.do(s)
		if code := s.closed(); code != test.want {
			t.Errorf("%s: closed with %d, want %d", name, code, test.want)
		}
	}
	w.Faults().RefuseIntents(w.app, false)
	s := w.mustSocket(t, "")
	s.identify(w.app.Token)
	w.Faults().RejectToken(w.app, true)
	if code := s.closed(); code != 4004 {
		t.Errorf("rejected token: closed with %d", code)
	}
}

func TestHeartbeatWithoutAck(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	s := w.mustSocket(t, "")
	s.identify(w.app.Token)
	s.until("GUILD_CREATE")
	w.Faults().NoHeartbeatAck(w.app, true)
	s.send(1, 1)
	w.Faults().Op7(w.app)
	if p := s.next(); p.Op != 7 {
		t.Errorf("got op %d, want the heartbeat unanswered", p.Op)
	}
}

// The two answers that hang discordgo for good can be played.
func TestAnswersThatHangDiscordgo(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	w.Faults().Op7First(w.app, 1)
	s := w.mustSocket(t, "")
	s.send(2, s.identity(w.app.Token))
	s.until("op 7")
	again := w.mustSocket(t, "")
	id := again.sessionID(again.identify(w.app.Token))
	w.Faults().DropGateway(w.app)
	again.closed()
	w.Faults().Op9OnResume(w.app, 1)
	third := w.mustSocket(t, "")
	third.send(6, object{"token": w.app.Token, "session_id": id, "seq": 1})
	third.until("op 9")
	third.identify(w.app.Token)
}

func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, sim.Options{})
	s := w.mustSocket(t, "")
	s.identify(w.app.Token)
	waited := make(chan error, 1)
	go func() {
		_, err := w.ops.Await(context.Background(), w.ada, sim.Containing("never"))
		waited <- err
	}()
	events, _ := w.Watch(w.ada)
	w.Close()
	w.Close()
	s.closed()
	if err := <-waited; !errors.Is(err, sim.ErrClosed) {
		t.Errorf("await: %v", err)
	}
	if _, open := <-events; open {
		t.Error("a watch outlives its Sim")
	}
	if events, _ := w.Watch(w.ada); events != nil {
		if _, open := <-events; open {
			t.Error("a watch began after the end")
		}
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Millisecond)
	defer stop()
	if err := w.AwaitCommands(ctx, w.app, w.guild, "never"); err == nil {
		t.Error("waited for nothing")
	}
}

// A silent gateway takes connections and says nothing; those that it was silent on
// stay so.
func TestSilence(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	old := w.mustSocket(t, "")
	id := old.sessionID(old.identify(w.app.Token))
	old.until("GUILD_CREATE")
	w.Faults().Silence(true)
	old.send(1, nil)
	w.guild.NewTextChannel("unheard")
	w.Faults().Silence(false)
	fresh := w.mustSocket(t, "")
	fresh.send(6, object{"token": w.app.Token, "session_id": id, "seq": 1})
	fresh.until("RESUMED") // with what was not heard; the old connection is dropped, and had said nothing
	if p, err := old.read(); err == nil {
		t.Errorf("heard on the old connection: op %d, %s", p.Op, p.Type)
	}
}
