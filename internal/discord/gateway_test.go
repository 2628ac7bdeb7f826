package discord

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// watchdog is short in tests: a session that is silent for so long is given up.
const watchdog = 2 * time.Second

func quick(o *Options) { o.WatchdogAfter = watchdog }

// answers waits until the bot answers: connections come and go underneath.
func (w *world) answers() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	for {
		in, err := w.boss.Slash(ctx, w.ops, "cloud-list", nil)
		if err == nil {
			get(in.Reply(ctx))(w)
			return
		}
		if ctx.Err() != nil {
			w.t.Fatalf("the bot does not answer any more: %v", err)
		}
	}
}

// Whatever the gateway does, the bot is back: two of these hang discordgo for
// good.
func TestGatewayFaults(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(w *world, f *discordsim.Faults){
		"dropped":            func(w *world, f *discordsim.Faults) { f.DropGateway(w.app) },
		"asked to reconnect": func(w *world, f *discordsim.Faults) { f.Op7(w.app) },
		"cannot resume":      func(w *world, f *discordsim.Faults) { f.Op9OnResume(w.app, 1); f.Op7(w.app) },
		"reconnect first": func(w *world, f *discordsim.Faults) {
			f.Op7First(w.app, 1)
			f.CloseGateway(w.app, 4009) // the session is over: a new one begins
			f.Op9OnResume(w.app, 1)
		},
		"no acknowledgement": func(w *world, f *discordsim.Faults) {
			f.NoHeartbeatAck(w.app, true)
			w.notConnected()
			f.NoHeartbeatAck(w.app, false)
		},
		"silence": func(w *world, f *discordsim.Faults) {
			f.Silence(true)
			w.notConnected()
			before := w.sim.Stats().Count("GET /gateway")
			w.until(func() bool { return w.sim.Stats().Count("GET /gateway") > before+2 }) // new connections are as silent
			f.Silence(false)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{bot: quick, sim: discordsim.Options{HeartbeatInterval: 200 * time.Millisecond, InteractionDeadline: 2 * time.Second}})
			w.answers()
			fault(w, w.sim.Faults())
			w.answers()
			if !w.bot.Connected() {
				t.Error("the bot does not know that it is connected")
			}
		})
	}
}

// However long an outage was, the next try comes soon; and a day's logins are not
// used up.
func TestLoginsOfADay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		each   time.Duration // that a try takes to fail
		lasts  time.Duration
		most   int
		within time.Duration // of the end the next try begins
	}{
		"ten minutes of silence":  {20 * time.Second, 10 * time.Minute, 40, 25 * time.Second},
		"a day without a network": {0, 24 * time.Hour, 1000, 2 * time.Minute},
	} {
		var spent logins
		start := time.Unix(0, 0)
		now, tries := start, 0
		var pause time.Duration
		for now.Sub(start) < c.lasts {
			tries++
			now = now.Add(c.each)
			pause = spent.next(now, false)
			now = now.Add(pause)
		}
		if tries > c.most || pause+c.each > c.within {
			t.Errorf("%s: %d tries, the last pause %s", name, tries, pause)
		}
	}
}

// notConnected waits until the bot knows that its gateway is gone.
func (w *world) notConnected() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	for w.bot.Connected() {
		select {
		case <-time.After(5 * time.Millisecond): // nothing tells
		case <-ctx.Done():
			w.t.Fatal("the bot believes in a dead gateway")
		}
	}
}

// The very first answer of the gateway can be "reconnect".
func TestStartsAlthoughAskedToReconnectFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true, bot: quick, sim: discordsim.Options{InteractionDeadline: 2 * time.Second}})
	w.sim.Faults().Op7First(w.app, 1)
	w.start(w.bot)
	w.answers()
}

func TestBadTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	b := w.newBot(func(o *Options) { o.Token = "wrong" })
	err := b.Start(w.ctx)
	if !usererr.Is(err, usererr.Unavailable) || !strings.Contains(usererr.Text(err, ""), "Discord refuses the token") {
		t.Errorf("wrong token: %v", err)
	}
	w.must(b.Stop(w.ctx))
	if _, err := New(Options{Guilds: []string{"1"}}); !usererr.Is(err, usererr.Invalid) {
		t.Errorf("no token: %v", err)
	}
	if _, err := New(Options{Token: "x"}); !usererr.Is(err, usererr.Invalid) {
		t.Errorf("no guild: %v", err)
	}
	if _, err := New(Options{Token: "x", AllGuilds: true, API: "http://[::1"}); !usererr.Is(err, usererr.Invalid) {
		t.Errorf("bad API: %v", err)
	}
}

func TestRefusedIntents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	w.sim.Faults().RefuseIntents(w.app, true)
	err := w.bot.Start(w.ctx)
	if !usererr.Is(err, usererr.Unavailable) || !strings.Contains(usererr.Text(err, ""), "gateway refuses the bot") {
		t.Errorf("start: %v", err)
	}
	w.must(w.bot.Stop(w.ctx))
}

func TestUnreachableDiscord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	b := w.newBot(func(o *Options) { o.API = "http://127.0.0.1:1" })
	ctx, cancel := context.WithTimeout(w.ctx, 200*time.Millisecond)
	defer cancel()
	err := b.Start(ctx)
	if !usererr.Is(err, usererr.Unavailable) || !strings.Contains(usererr.Text(err, ""), "cannot be reached at http://127.0.0.1:1") {
		t.Errorf("start: %v", err)
	}
	w.must(b.Stop(w.ctx))
}

// A second process stands by, sends posts all the same, and takes over.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	w.must(w.bot.Start(w.ctx))
	second := w.newBot(func(o *Options) { o.HostID = "second" })
	w.start(second)
	if !second.Connected() {
		t.Error("standing by is not ready")
	}
	if n := w.app.Sessions(); n != 1 {
		t.Errorf("%d gateway sessions", n)
	}
	w.project()
	w.deploy()
	w.must(w.bot.Stop(w.ctx))
	w.must(w.sim.AwaitSessions(w.ctx, w.app, 1))
	w.answers()
	lobby := w.lobby("Draft")
	w.add(lobby, "vpc", discordsim.Fields{"name": "main"}) // a button that the first process has drawn
	w.lobby("Planning", "vpc.main")
}

// Without its lock the bot stays on the gateway, and takes it again; unless
// somebody else has it: then it stands by.
func TestLostLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.lose()
	w.answers()
	held := func() (n int) {
		w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from pg_locks where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())").Scan(&n))
		return n
	}
	for held() == 0 { // River takes none here: the only lock is the gateway's
		select {
		case <-time.After(5 * time.Millisecond):
		case <-w.ctx.Done():
			t.Fatal("the lock was not taken again")
		}
	}
	if n := w.app.Sessions(); n != 1 {
		t.Errorf("%d gateway sessions", n)
	}

	second := w.newBot(func(o *Options) { o.HostID = "second" })
	w.start(second) // waits for the lock
	w.lose()
	w.must(w.sim.AwaitSessions(w.ctx, w.app, 2)) // the second takes over
	for w.app.Sessions() != 1 {                  // the first leaves
		select {
		case <-time.After(5 * time.Millisecond):
		case <-w.ctx.Done():
			t.Fatalf("%d gateway sessions", w.app.Sessions())
		}
	}
	w.answers()
}

// lose ends the connection that holds the gateway's lock.
func (w *world) lose() {
	w.t.Helper()
	var n int
	w.must(w.store.Pool().QueryRow(w.ctx, `select count(pg_terminate_backend(l.pid)) from pg_locks l join pg_database d on d.oid = l.database
		where l.locktype = 'advisory' and l.granted and d.datname = current_database()`).Scan(&n))
	if n != 1 {
		w.t.Fatalf("%d locks are held", n)
	}
}

// The bot may be invited after it was started.
func TestRegistersWhenItIsInvited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	w.guild.RemoveApplication(w.app)
	w.start(w.bot)
	for range 2 { // its commands go when it is removed
		w.guild.AddApplication(w.app, discordsim.Permissions(Permissions()))
		w.must(w.sim.AwaitCommands(w.ctx, w.app, w.guild, "cloud-create-project", "cloud-grant", "cloud-deploy", "cloud-list", "cloud-cancel"))
		w.answers()
		w.guild.RemoveApplication(w.app)
	}
}

// Commands that are up to date are left alone.
func TestRegistersOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	second := w.newBot(nil)
	w.must(second.identify(w.ctx))
	second.register(w.ctx, w.guild.ID)
	if n := w.sim.Stats().Count("PUT /applications/{application_id}/guilds/{guild_id}/commands"); n != 1 {
		t.Errorf("registered %d times", n)
	}
	if !strings.Contains(w.bot.InviteURL(), "client_id="+w.app.ID+"&permissions=309237763072&integration_type=0&scope=bot+applications.commands") {
		t.Errorf("invite: %s", w.bot.InviteURL())
	}
}

// Stop lets what is under way end.
func TestStopWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	w.must(w.bot.Start(w.ctx))
	w.project()
	w.sim.Faults().On("POST", "/channels/*/messages", discordsim.Fault{Delay: 300 * time.Millisecond}, -1)
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev"}))
	w.must(w.bot.Stop(w.ctx))
	w.lobby("Draft")
	if n := get(w.store.OwedPosts(w.ctx))(w); n != 0 {
		t.Errorf("%d posts are left", n)
	}
	if w.bot.Connected() || w.app.Sessions() != 0 {
		t.Error("the gateway was not left")
	}
	ctx, cancel := context.WithCancel(w.ctx)
	cancel()
	b := w.newBot(nil)
	w.must(b.Start(w.ctx))
	if err := b.Stop(ctx); err == nil {
		t.Error("a stop without time is said to be one")
	}
	w.must(b.Stop(w.ctx))
}
