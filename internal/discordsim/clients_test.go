package discordsim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// The bots in testdata/clients do the same, each with the means of its library;
// here are the people whom they serve.

func TestClientDiscordJS(t *testing.T) { playClient(t, discordJS) }
func TestClientDiscordPy(t *testing.T) { playClient(t, discordPy) }
func TestClientDisgo(t *testing.T)     { playClient(t, disgo) }

// clientPlay is a bot that runs, and the world in which people use it.
type clientPlay struct {
	*world
	client
	t     *testing.T
	ctx   context.Context
	bot   *clientProcess
	panel sim.Message // what /panel showed
}

func playClient(t *testing.T, c client) {
	needLong(t)
	t.Parallel()
	opts := unlimited
	opts.MessageRate = sim.Rate{Limit: 3, Window: 200 * time.Millisecond}
	opts.InteractionDeadline = 30 * time.Second // on a machine that is busy with other tests
	w := mustWorld(t, opts)
	w.app.SetPrivilegedIntents(sim.IntentMessageContent)
	p := &clientPlay{world: w, client: c, t: t, bot: mustStartClient(t, c, w)}
	p.ctx = testContext(t) // what it takes to install is over
	p.bot.await("ready")
	p.check(w.AwaitCommands(p.ctx, w.app, w.guild, "greet", "report", "panel"))

	p.command()
	p.deferred()
	p.button()
	p.form()
	p.thread()
	p.file()
	p.userSelect()
	p.dropped()
	p.invalidated()

	p.bot.stop()
	p.check(w.AwaitSessions(p.ctx, w.app, 0))
	w.assertClean(t)
	if left := w.Faults().Left(); left != 0 {
		t.Errorf("%d faults did not happen", left)
	}
}

// check ends the test on an error, with its caller's line.
func (p *clientPlay) check(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// reply is what the bot has to say to what somebody did.
func (p *clientPlay) reply(in *sim.Interaction, err error) sim.Message {
	p.t.Helper()
	p.check(err)
	m, err := in.Reply(p.ctx)
	p.check(err)
	return *m
}

// says asserts what a message says, and whether one person alone sees it.
func (p *clientPlay) says(m sim.Message, text string, ephemeral bool) {
	p.t.Helper()
	if m.Text() != text || m.Ephemeral() != ephemeral {
		p.t.Errorf("%q (ephemeral: %t), want %q (%t)", m.Text(), m.Ephemeral(), text, ephemeral)
	}
}

// command: autocomplete, then options of two types.
func (p *clientPlay) command() {
	choices, err := p.ada.Complete(p.ctx, p.ops, "greet", nil, "name", "a")
	p.check(err)
	if got := fmt.Sprintf("%d %s %v", len(choices), choices[0].Name, choices[1].Value); got != "2 Ada Alan" {
		p.t.Errorf("choices: %s, of %+v", got, choices)
	}
	p.says(p.reply(p.ada.Slash(p.ctx, p.ops, "greet", sim.Args{"name": "Alan", "times": 2})), "Hello, Alan! Hello, Alan!", false)
	p.says(p.reply(p.grace.Slash(p.ctx, p.ops, "greet", sim.Args{"name": "Zoë 🎉"})), "Hello, Zoë 🎉!", false)
	if _, err := p.ada.Slash(p.ctx, p.ops, "greet", sim.Args{"name": "Alan", "times": 4}); err == nil {
		p.t.Error("an option beyond its maximum was sent")
	}
}

// deferred: "is thinking…", the answer, and what follows it.
func (p *clientPlay) deferred() {
	for _, private := range []bool{false, true} {
		in, err := p.ada.Slash(p.ctx, p.ops, "report", sim.Args{"private": private})
		answer := p.reply(in, err)
		p.says(answer, "The report is ready.", private)
		_, err = p.ops.Await(p.ctx, p.ada, func(m sim.Message) bool {
			return m.Text() == "A note for you." && m.Timestamp.After(answer.Timestamp.Time)
		})
		p.check(err)
		followups := in.Followups()
		p.says(followups[0], "A note for everybody.", false)
		p.says(followups[1], "A note for you.", true)
		if _, seen := p.ops.Message(p.grace, followups[1].ID); seen {
			p.t.Error("another person sees an ephemeral follow-up")
		}
	}
}

// button: the message that was pressed on changes. Nobody presses before the bot
// knows that it is shown: until then discord.py ignores it.
func (p *clientPlay) button() {
	p.panel = p.reply(p.ada.Slash(p.ctx, p.ops, "panel", nil))
	p.bot.await("shown")
	p.says(p.panel, "Press something.", false)
	for _, label := range []string{"Count: 0", "Count: 1"} {
		pressed := p.reply(p.grace.Click(p.ctx, p.panel, label))
		if pressed.ID != p.panel.ID {
			p.t.Errorf("message %s instead of a change of %s", pressed.ID, p.panel.ID)
		}
		p.panel = pressed
	}
	if _, ok := p.panel.Button("Count: 2"); !ok || p.panel.EditedAt == nil {
		p.t.Errorf("after two presses: %+v", p.panel)
	}
}

// form: what the client checks, and what comes back.
func (p *clientPlay) form() {
	in, err := p.ada.Click(p.ctx, p.panel, "Feedback")
	p.check(err)
	p.bot.await("shown")
	modal := in.Modal()
	if modal == nil || modal.Title != "Feedback" || len(modal.Inputs()) != 2 {
		p.t.Fatalf("form: %+v", modal)
	}
	if _, err := p.ada.Submit(p.ctx, modal, sim.Fields{"Details": "no subject"}); err == nil {
		p.t.Error("a form without a required field was sent")
	}
	answer := p.reply(p.ada.Submit(p.ctx, modal, sim.Fields{"Subject": "Latency", "Details": "two\nlines"}))
	p.says(answer, "Subject: Latency\nDetails: two\nlines", true)
}

// thread: started from a message and written in, faster than the limit allows,
// while Discord refuses twice.
func (p *clientPlay) thread() {
	for _, global := range []bool{false, true} {
		p.Faults().On(http.MethodPost, "/channels/*/messages", sim.Fault{Status: 429, RetryAfter: 300 * time.Millisecond, Global: global}, 1)
	}
	in, err := p.ada.Click(p.ctx, p.panel, "Discuss")
	thread, waitErr := p.ops.AwaitThreadOf(p.ctx, p.panel)
	p.check(waitErr)
	p.says(p.reply(in, err), "Wrote 7 lines in <#"+thread.ID+">.", true)
	var got []string
	for _, m := range thread.Messages(p.grace) {
		got = append(got, m.Text())
	}
	if want := "Line 1, Line 2, Line 3, Line 4, Line 5, Line 6, Line 7"; strings.Join(got, ", ") != want {
		p.t.Errorf("thread: %q, want %q", got, want)
	}
	if n := p.Stats().Status(429); n < 2 || n > 2 && !p.hasty {
		p.t.Errorf("%d requests were refused, want the 2 of the test: the client does not wait as the headers say", n)
	}
}

// file: an upload, as it is downloaded.
func (p *clientPlay) file() {
	m := p.reply(p.ada.Click(p.ctx, p.panel, "Export"))
	p.says(m, "Here it is.\n[export.csv, 8 bytes]", false)
	a, ok := m.Attachment("export.csv")
	if !ok || !strings.HasPrefix(a.ContentType, "text/csv") {
		p.t.Fatalf("attachment: %+v", a)
	}
	req, err := http.NewRequestWithContext(p.ctx, http.MethodGet, a.URL, nil)
	p.check(err)
	resp, err := http.DefaultClient.Do(req)
	p.check(err)
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || string(text) != "count\n2\n" {
		p.t.Errorf("%q, %v", text, err)
	}
}

// userSelect: who was chosen comes with the interaction.
func (p *clientPlay) userSelect() {
	in, err := p.ada.Choose(p.ctx, p.panel, "Who is on call?", p.grace)
	p.check(err)
	m, err := p.ops.Await(p.ctx, p.grace, sim.Containing("On call:"))
	p.check(err)
	p.says(*m, "On call: <@"+p.grace.ID+"> (grace)", false)
	if m.ID != p.panel.ID || in.Deferred() {
		p.t.Errorf("the panel did not change: %+v", m)
	}
}

// pongs are the bot's answers to "ping".
func (p *clientPlay) pongs() []sim.Message {
	var out []sim.Message
	for _, m := range p.ops.Messages(p.ada) {
		if m.Text() == "pong" {
			out = append(out, m)
		}
	}
	return out
}

// dropped: the connection breaks, and what is said meanwhile arrives once it is
// resumed.
func (p *clientPlay) dropped() {
	p.Faults().Offline(true)
	asked, err := p.ada.Say(p.ops, "ping")
	p.check(err)
	p.Faults().Offline(false)
	p.bot.await("resumed")
	_, err = p.ops.Await(p.ctx, p.ada, sim.Containing("pong"))
	p.check(err)
	p.Faults().DropGateway(p.app)
	p.bot.await("resumed")
	p.says(p.reply(p.ada.Slash(p.ctx, p.ops, "greet", sim.Args{"name": "Ada"})), "Hello, Ada!", false)
	answers := p.pongs()
	if len(answers) != 1 || answers[0].Reference == nil || answers[0].Reference.MessageID != asked.ID {
		p.t.Errorf("answers to one ping: %+v", answers)
	}
}

// invalidated: the session is gone, and the bot starts another.
func (p *clientPlay) invalidated() {
	p.Faults().Op9OnResume(p.app, 1)
	p.Faults().Op7(p.app)
	p.bot.await("ready")
	p.says(p.reply(p.ada.Slash(p.ctx, p.ops, "greet", sim.Args{"name": "Ada"})), "Hello, Ada!", false)
}
