package discord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// Networks lose requests and answers, Discord fails and limits: every post
// arrives once, and those of a lane in order.
func TestPostsArriveOnceAndInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{sim: discordsim.Options{NonceMemory: time.Millisecond}}) // a lost answer is found by looking, not by its nonce
	run := w.approved(w.planned())
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	messages := "/channels/" + thread.ID + "/messages"
	var want []string
	for i, f := range []discordsim.Fault{
		{LoseAnswer: true}, {Status: 500}, {Reset: true}, {CutAnswer: true}, {Status: 502, HTML: true}, {Status: 503},
		{Status: 429, RetryAfter: 50 * time.Millisecond}, {Status: 429, Global: true, RetryAfter: 300 * time.Millisecond},
		{Status: 429, HTML: true, RetryAfter: time.Second}, {Status: 429, HTML: true},
	} {
		w.sim.Faults().On("POST", messages, f, 1)
		line := fmt.Sprintf("line %d", i+1)
		w.prints(run, store.Line{Kind: "info", Text: line})
		w.sees(thread, fmt.Sprintf("lines %d to %d", i+1, i+1))
		want = append(want, line)
	}
	var got []string
	for _, m := range thread.Messages(w.ada) {
		if _, rest, ok := strings.Cut(m.Content, "```ansi\n"); ok {
			line, _, _ := strings.Cut(rest, "\n")
			got = append(got, line)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("posted: %v", got)
	}
	if n := w.sim.Faults().Left(); n != 0 {
		t.Errorf("%d faults did not happen", n)
	}
}

// The first lobby, the progress message, the notice and the result are posted
// once too when their answer is lost.
func TestLostAnswersOfOtherPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{sim: discordsim.Options{NonceMemory: time.Millisecond}})
	lose := func(method, path string) { w.sim.Faults().On(method, path, discordsim.Fault{LoseAnswer: true}, 1) }
	lose("POST", "/channels/"+w.ops.ID+"/messages")
	lobby := w.planned()
	lose("POST", "/channels/"+w.ops.ID+"/messages/*/threads")
	lose("POST", "/channels/"+lobby.ID+"/messages")
	run := w.approved(lobby)
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	lose("POST", "/channels/"+thread.ID+"/messages")
	w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
	w.sees(thread, "Applied", "-# plan 1 · end")
	w.lobby("Applied")
	w.settled()
	var lobbies int
	for _, m := range w.ops.Messages(w.boss) {
		if len(m.Embeds) > 0 {
			lobbies++
		}
	}
	if n := len(thread.Messages(w.ada)); lobbies != 1 || n != 2 {
		t.Errorf("%d lobbies, %d messages in the thread; want 1 and 2", lobbies, n)
	}
	if n := w.sim.Faults().Left(); n != 0 {
		t.Errorf("%d faults did not happen", n)
	}
}

// settled waits until nothing is owed any more.
func (w *world) settled() {
	w.t.Helper()
	wake, end := w.store.Subscribe(store.TopicOutbox, "")
	defer end()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	for {
		if n := get(w.store.OwedPosts(ctx))(w); n == 0 {
			return
		}
		select {
		case <-wake:
		case <-ctx.Done():
			w.t.Fatal("posts are still owed")
		}
	}
}

// A channel gets no more messages than it may, and others do not wait for it.
func TestPacesEachChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{sim: discordsim.Options{MessageRate: discordsim.Rate{Limit: 5, Window: 5 * time.Second}}, bot: func(o *Options) { o.MessagesPer5s = 5 }})
	run := w.approved(w.planned())
	thread := w.thread()
	const lines = 8
	for i := range lines {
		if i == lines-1 { // it waits for its turn meanwhile
			w.prints(run, store.Line{Kind: "info", Text: "the last"})
			w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "stack": "web"}))
			w.sees(w.ops, "Deploy dev · web", "Draft")
			break
		}
		w.prints(run, store.Line{Kind: "info", Text: fmt.Sprintf("line %d", i+1)})
		w.sees(thread, fmt.Sprintf("lines %d to %d", i+1, i+1))
	}
	w.sees(thread, "the last")
	if n := w.sim.Stats().Status(429); n > 0 {
		t.Errorf("Discord had to refuse %d requests: %v", n, w.sim.Stats())
	}
}

// Lines that come faster than Discord takes messages are one message with the
// newest, which says how many went by; those that fit are shown.
func TestSkipsLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines int
		intro string
		last  string
	}{
		"all fit":  {60, "", "lines 1 to 60"},
		"too many": {1500, "… 1,314 lines went by; all of them are in the log at the end.", "lines 1315 to 1500"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{idle: true})
			w.must(w.bot.Start(w.ctx))
			run := w.approved(w.planned())
			thread := w.thread()
			w.sees(thread, "0 of 1 resource")
			w.must(w.bot.Stop(w.ctx)) // nothing is posted meanwhile
			for from := 1; from <= c.lines; from += c.lines / 20 {
				var lines []store.Line
				for i := range c.lines / 20 {
					lines = append(lines, store.Line{Kind: "info", Text: fmt.Sprintf("line %d", from+i)})
				}
				w.prints(run, lines...)
			}
			w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1}})
			w.start(w.newBot(nil))
			file, _ := w.sees(thread, "-# plan 1 · end").Attachment("log.txt")
			if n := strings.Count(string(file.Bytes()), "\n"); n != c.lines {
				t.Errorf("the log has %d lines", n)
			}
			m := w.sees(thread, c.last, fmt.Sprintf("line %d\n", c.lines), c.intro)
			if c.intro == "" && strings.Contains(m.Content, "went by") {
				t.Errorf("lines went by for nothing: %s", m.Content)
			}
			if n := len(thread.Messages(w.ada)); n != 3 { // progress, lines, the result
				t.Errorf("%d messages in the thread", n)
			}
		})
	}
}

// Lines that could not be posted are counted by the next that can.
func TestCountsLinesThatWereGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	w.sim.Faults().On("POST", "/channels/"+thread.ID+"/messages", discordsim.Fault{Status: 400}, 1)
	w.prints(run, store.Line{Kind: "info", Text: "line 1"})
	w.buried("lines")
	w.prints(run, store.Line{Kind: "info", Text: "line 2"})
	w.sees(thread, "… 1 line went by; all of them are in the log at the end.", "line 2")
}

// A lobby that somebody deletes comes back while there is something to do in it.
func TestLobbyComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	w.must(w.bot.rest().ChannelMessageDelete(w.ops.ID, lobby.ID))
	w.must(w.orch.Refresh(w.ctx, orchestrator.Request{GuildID: w.guild.ID, Person: person(w.ada)}, w.session().ID, w.session().Generation))
	again := w.lobby("Planning")
	if again.ID == lobby.ID {
		t.Error("the lobby was not posted anew")
	}
	w.plan(creates("vpc.main"))
	again = w.lobby("Plan ready")
	w.must(w.bot.rest().ChannelMessageDelete(w.ops.ID, again.ID))
	s := w.session()
	w.must(w.orch.Approve(w.ctx, orchestrator.Request{GuildID: w.guild.ID, Person: person(w.ada)}, s.ID, s.Generation, ""))
	w.apply()
	w.sees(w.thread(), "0 of 1 resource")
}

// A message that is too old to be edited so often is posted anew.
func TestOldLobbyIsPostedAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{sim: discordsim.Options{OldEditRate: discordsim.Rate{Limit: 1, Window: time.Hour}}})
	lobby := w.planned()
	w.sim.Faults().Age(*lobby, 2*time.Hour)
	get(w.ada.Click(w.ctx, *lobby, "Refresh"))(w)
	w.lobby("Planning")
	w.plan(creates("vpc.main"))
	if again := w.lobby("Plan ready", "plan 2"); again.ID == lobby.ID {
		t.Error("the lobby was not posted anew")
	}
	for { // the old one goes after the new one has come
		if _, ok := w.ops.Message(w.ada, lobby.ID); !ok {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-w.ctx.Done():
			t.Fatal("the old lobby is still there")
		}
	}
}

// Discord's global limit holds everything back, not the one channel.
func TestGlobalLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.sim.Faults().On("POST", "/channels/"+w.ops.ID+"/messages", discordsim.Fault{Status: 429, Global: true, RetryAfter: 700 * time.Millisecond}, 1)
	began := time.Now()
	w.deploy()
	if d := time.Since(began); d < 600*time.Millisecond {
		t.Errorf("the lobby came after %s", d)
	}
	w.sim.Faults().On("POST", "/channels/"+w.ops.ID+"/messages", discordsim.Fault{Status: 429, Global: true, RetryAfter: time.Hour}, 1)
	get(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev", "stack": "web"}))(w)
	for w.bot.outbox.whole.room("") == 0 {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-w.ctx.Done():
			t.Fatal("nothing is held back")
		}
	}
}

// Lines that do not fit in one message are several, in order, once each, also
// where Discord has no room between two of them.
func TestLongLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{sim: discordsim.Options{NonceMemory: time.Millisecond}})
	run := w.approved(w.planned())
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	var lines []store.Line
	for i := range 10 {
		lines = append(lines, store.Line{Kind: "error", Text: fmt.Sprintf("line %d ", i+1) + strings.Repeat("x", 600)})
	}
	lines[9].Text = strings.Repeat("y", 5000)
	messages := "/channels/" + thread.ID + "/messages"
	w.sim.Faults().On("POST", messages, discordsim.Fault{Delay: time.Millisecond}, 1)
	w.sim.Faults().On("POST", messages, discordsim.Fault{Status: 429, RetryAfter: 20 * time.Millisecond}, 1)
	w.prints(run, lines...)
	w.sees(thread, "the log has all of it", "-# plan 1 · lines 1 to 10 · part 4 of 4")
	var parts []string
	var text strings.Builder
	for _, m := range thread.Messages(w.ada) {
		if _, part, ok := strings.Cut(m.Content, " · part "); ok {
			parts = append(parts, part)
			text.WriteString(m.Content)
		}
	}
	if want := "1 of 4, 2 of 4, 3 of 4, 4 of 4"; strings.Join(parts, ", ") != want {
		t.Errorf("parts: %v", parts)
	}
	if n := strings.Count(text.String(), "line "); n != 9 {
		t.Errorf("%d of 9 lines", n)
	}
}

// A thread cannot start from a lobby that was deleted: that is posted anew first.
func TestThreadOfALostLobby(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	w.must(w.bot.identify(w.ctx))
	s := get(w.store.Session(w.ctx, w.started()))(w)
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.SetLobbyMessage(w.ctx, s.ID, "1574176096302137348") }))
	seen := get(w.orch.Lobby(w.ctx, s.ID))(w)
	_, err := w.bot.outbox.startThread(w.ctx, store.Post{GuildID: s.GuildID, SessionID: s.ID, CreatedAt: time.Now()}, lobby{Lobby: seen})
	if !isPause(err) {
		t.Errorf("start: %v", err)
	}
	if now := get(w.store.Session(w.ctx, s.ID))(w); now.LobbyMessageID != "" {
		t.Errorf("the lobby is still %s", now.LobbyMessageID)
	}
	_, err = w.bot.outbox.startThread(w.ctx, store.Post{CreatedAt: time.Now().Add(-time.Hour)}, lobby{Lobby: get(w.orch.Lobby(w.ctx, s.ID))(w)})
	if !isDead(err) {
		t.Errorf("without a lobby for an hour: %v", err)
	}
}

// Where no thread can be opened the result is posted beside the lobby.
func TestResultWithoutAThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	w.ops.Deny(w.self, discordsim.CreatePublicThreads)
	run := w.approved(lobby)
	w.buried("thread")
	w.prints(run, store.Line{Kind: "info", Text: "line"})
	w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
	result := w.sees(w.ops, "Applied", "-# plan 1 · end")
	if _, ok := result.Attachment("log.txt"); !ok || result.Reference == nil || result.Reference.MessageID != lobby.ID {
		t.Errorf("the result is no reply with the log: %+v", result)
	}
}

// A result whose thread somebody deleted, or closed to the bot, is posted beside
// the lobby, with its log and its ping, once.
func TestResultOfAShutThread(t *testing.T) {
	t.Parallel()
	for name, shut := range map[string]func(w *world, thread *discordsim.Channel){
		"deleted":      func(_ *world, thread *discordsim.Channel) { thread.Delete() },
		"not writable": func(w *world, _ *discordsim.Channel) { w.ops.Deny(w.self, discordsim.SendMessagesInThreads) },
		"answer lost": func(w *world, _ *discordsim.Channel) {
			w.ops.Deny(w.self, discordsim.SendMessagesInThreads)
			w.sim.Faults().On("POST", "/channels/"+w.ops.ID+"/messages", discordsim.Fault{LoseAnswer: true}, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, setup{sim: discordsim.Options{NonceMemory: time.Millisecond}})
			lobby := w.planned()
			run := w.approved(lobby)
			thread := w.thread()
			w.sees(thread, "0 of 1 resource")
			w.prints(run, store.Line{Kind: "info", Text: "line"})
			w.sees(thread, "lines 1 to 1")
			shut(w, thread)
			w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
			result := w.sees(w.ops, "Applied", "-# plan 1 · end")
			file, _ := result.Attachment("log.txt")
			if !strings.Contains(string(file.Bytes()), "line") || !result.Mentioned(w.ada.ID) || result.Reference == nil || result.Reference.MessageID != lobby.ID {
				t.Errorf("the result is no reply with its log and its ping: %+v", result)
			}
			w.settled()
			results := 0
			for _, m := range w.ops.Messages(w.ada) {
				if strings.Contains(m.Content, "-# plan 1 · end") {
					results++
				}
			}
			if results != 1 || w.sim.Faults().Left() != 0 {
				t.Errorf("%d results, %d faults did not happen", results, w.sim.Faults().Left())
			}
		})
	}
}

// buried waits until a post of the kind is given up.
func (w *world) buried(kind string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	for {
		var n int
		w.must(w.store.Pool().QueryRow(ctx, "select count(*) from outbox where kind = $1 and dead_at is not null", kind).Scan(&n))
		if n > 0 {
			return
		}
		select {
		case <-time.After(10 * time.Millisecond): // giving up wakes nobody
		case <-ctx.Done():
			w.t.Fatalf("no post of kind %s was given up", kind)
		}
	}
}

// A thread that went to sleep is woken.
func TestWakesItsThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	thread := w.thread()
	w.sees(thread, "0 of 1 resource")
	asleep := true
	get(w.bot.rest().ChannelEdit(thread.ID, &discordgo.ChannelEdit{Archived: &asleep}))(w)
	w.must(w.orch.Report(w.ctx, run, orchestrator.Progress{Total: 1, Done: 1}))
	w.sees(thread, "1 of 1 resource")
}

// A process that died while it sent leaves its posts to the next of its name.
func TestTakesOverClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	w.must(w.bot.identify(w.ctx))
	w.bot.register(w.ctx, w.guild.ID)
	id := w.started()
	post := get(w.store.ClaimPost(w.ctx, "test", time.Hour))(w)
	if post.SessionID != id {
		t.Fatalf("claimed %+v", post)
	}
	w.start(w.bot)
	w.lobby("Draft")
}

// started is a deployment that was started without Discord.
func (w *world) started() string {
	w.t.Helper()
	req := orchestrator.Request{GuildID: w.guild.ID, Person: person(w.boss)}
	get(w.orch.CreateProject(w.ctx, req, orchestrator.NewProject{Slug: "dev", Provider: "sandbox"}))(w)
	return get(w.orch.StartSession(w.ctx, req, orchestrator.NewSession{Project: "dev", ChannelID: w.ops.ID}))(w).ID
}

// A post that was owed while nothing could be sent for a day is not given up
// because of its age alone.
func TestGivesUpByAgeAndTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	w.started()
	post := get(w.store.ClaimPost(w.ctx, "test", time.Hour))(w)
	post.CreatedAt = time.Now().Add(-2 * giveUpAfter)
	for _, c := range []struct {
		attempts, dead int
	}{{1, 0}, {giveUpTries - 1, 0}, {giveUpTries, 1}} {
		post.Attempts = c.attempts
		w.must(w.bot.outbox.settle(w.ctx, post, errors.New("503")))
		var dead int
		w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from outbox where dead_at is not null").Scan(&dead))
		if dead != c.dead {
			t.Errorf("after %d tries %d posts are given up", c.attempts, dead)
		}
	}
}
