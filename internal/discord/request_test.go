package discord

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// asks lets somebody ask for deploy in dev for two hours, and returns what they are
// told.
func (w *world) asks(m *discordsim.Member, c *discordsim.Channel) *discordsim.Message {
	w.t.Helper()
	in := get(m.Slash(w.ctx, c, "cloud-request", discordsim.Args{"project": "dev", "level": "deploy", "duration": "2h", "why": "the *big* release"}))(w)
	reply := get(in.Reply(w.ctx))(w)
	if !reply.Ephemeral() {
		w.t.Errorf("everybody sees the answer: %s", reply.Text())
	}
	return reply
}

// administers makes somebody an admin of dev.
func (w *world) administers(m *discordsim.Member) {
	w.t.Helper()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": m, "project": "dev", "level": "admin"}))
}

// told waits for a direct message to somebody.
func (w *world) told(m *discordsim.Member, parts ...string) *discordsim.Message {
	w.t.Helper()
	return get(w.sim.AwaitDM(w.ctx, m, discordsim.Containing(parts...)))(w)
}

func mustSay(t *testing.T, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("%q lacks %q", got, p)
		}
	}
}

func TestRequestIsApproved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.administers(w.ada)
	mustSay(t, w.asks(w.grace, w.ops).Text(), "You asked for `deploy` in `dev` for 2 hours.", w.ops.Mention())
	asked := w.sees(w.ops, w.grace.Mention()+" asks for `deploy` in `dev`", "for 2 hours", "> the *big* release", w.ada.Mention(), "-# access request 1")
	if len(asked.Mentions) != 1 || asked.Mentions[0].ID != w.ada.ID {
		t.Errorf("pinged: %v", asked.Mentions)
	}
	mustSay(t, w.says(w.grace.Click(w.ctx, *asked, "Approve")), "Nobody decides on their own request")
	eve := w.guild.NewMember("eve")
	mustSay(t, w.says(eve.Click(w.ctx, *asked, "Approve")), "You have no access to `dev`")
	mustSay(t, w.says(eve.Click(w.ctx, *asked, "Decline")), "You have no access to `dev`")

	get(w.ada.Click(w.ctx, *asked, "Approve"))(w)
	decided := w.sees(w.ops, w.grace.Mention()+" has `deploy` in `dev`", "approved by "+w.ada.Mention(), "until <t:")
	if len(decided.Components) != 0 || decided.ID != asked.ID {
		t.Errorf("after the decision: %+v", decided)
	}
	mustSay(t, w.told(w.grace, "You have `deploy` in `dev`").Content, w.ada.Mention()+" approved your request", "/cloud-deploy project:dev")
	mustSay(t, w.says(w.boss.Click(w.ctx, *asked, "Approve")), "This request was approved <t:", w.ada.Mention(), "Nothing more was done")
	mustSay(t, w.says(w.boss.Click(w.ctx, *asked, "Decline")), "This request was approved <t:")
	w.says(w.grace.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev"}))
	w.lobby("Draft", w.grace.Mention())
	var life time.Duration
	w.must(w.store.Pool().QueryRow(w.ctx, "select expires_at - granted_at from grants where user_id = $1", w.grace.ID).Scan(&life))
	if life != 2*time.Hour {
		t.Errorf("granted for %s", life)
	}
	for level, want := range map[string]string{"deploy": "You have `deploy` in `dev` already, until <t:", "view": "You have `deploy` in `dev` already", "approve": "You asked for `approve`"} {
		less := discordsim.Args{"project": "dev", "level": level, "duration": "1h", "why": "more"}
		mustSay(t, w.says(w.grace.Slash(w.ctx, w.ops, "cloud-request", less)), want)
	}
}

// Two admins and a double click at once: one decides, the others read who did.
func TestRequestIsDecidedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.administers(w.ada)
	for round := range 5 {
		w.asks(w.grace, w.ops)
		asked := w.sees(w.ops, "asks for `deploy`")
		var clicks sync.WaitGroup
		for _, admin := range []*discordsim.Member{w.ada, w.boss, w.ada} {
			clicks.Go(func() {
				if _, err := admin.Click(w.ctx, *asked, "Approve"); err != nil && !strings.Contains(err.Error(), "no button") {
					t.Error(err)
				}
			})
		}
		clicks.Wait()
		w.sees(w.ops, "has `deploy` in `dev`", "access request "+asked.Content[strings.LastIndex(asked.Content, " ")+1:])
		var grants int
		w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from grants where user_id = $1", w.grace.ID).Scan(&grants))
		if grants != round+1 {
			t.Fatalf("round %d: %d grants", round, grants)
		}
		w.says(w.boss.Slash(w.ctx, w.ops, "cloud-revoke", discordsim.Args{"to": w.grace, "project": "dev"}))
	}
}

func TestRequestIsDeclined(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.asks(w.grace, w.ops)
	asked := w.sees(w.ops, "asks for `deploy`", "Decided by admins of `dev` and of this server.")
	form := get(w.boss.Click(w.ctx, *asked, "Decline"))(w)
	get(w.boss.Submit(w.ctx, form.Modal(), discordsim.Fields{"Why": "not on a *Friday* ``` @everyone"}))(w)
	declined := w.sees(w.ops, "declined by "+w.boss.Mention(), "Because: not on a *Friday* ''' @everyone")
	if len(declined.Components) != 0 || declined.MentionEveryone {
		t.Errorf("after the decision: %+v", declined)
	}
	w.told(w.grace, "declined your request for `deploy` in `dev`: not on a *Friday*")
	if second := get(w.boss.Submit(w.ctx, form.Modal(), nil))(w); second != nil {
		mustSay(t, get(second.Reply(w.ctx))(w).Text(), "This request was declined <t:")
	}

	// Without a reason, and to somebody who takes no direct messages.
	w.grace.CloseDMs()
	w.asks(w.grace, w.ops)
	asked = w.sees(w.ops, "asks for `deploy`")
	w.settle() // until it is known which message that is
	form = get(w.boss.Click(w.ctx, *asked, "Decline"))(w)
	get(w.boss.Submit(w.ctx, form.Modal(), nil))(w)
	said := w.sees(w.ops, w.grace.Mention()+" ⚪", "declined your request for `deploy` in `dev`.\n")
	if said.Reference == nil || said.Reference.MessageID != asked.ID || len(said.Mentions) == 0 {
		t.Errorf("told in the channel: %+v", said)
	}
}

func TestRequestIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	mine := w.asks(w.grace, w.ops)
	asked := w.sees(w.ops, "asks for `deploy`")
	again := w.asks(w.grace, w.ops)
	mustSay(t, again.Text(), "You asked for `deploy` in `dev` <t:", "nobody has decided yet")
	get(w.grace.Click(w.ctx, *again, "Cancel the request"))(w)
	w.sees(w.ops, "⚪", "cancelled <t:")
	mustSay(t, w.says(w.boss.Click(w.ctx, *asked, "Approve")), "This request was cancelled <t:")
	in := get(w.grace.Click(w.ctx, *mine, "Cancel the request"))(w)
	mustSay(t, get(in.Reply(w.ctx))(w).Text(), "This request was cancelled <t:")
}

// What the person has for longer stays beside what they ask for.
func TestRequestAddsToWhatThereIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "view"}))
	w.asks(w.grace, w.ops)
	get(w.boss.Click(w.ctx, *w.sees(w.ops, "asks for `deploy`"), "Approve"))(w)
	w.sees(w.ops, "has `deploy`")
	var levels []int
	w.must(w.store.Pool().QueryRow(w.ctx, "select array_agg(level order by level) from grants where user_id = $1 and revoked_at is null", w.grace.ID).Scan(&levels))
	if len(levels) != 2 {
		t.Errorf("in force: %v", levels)
	}
	mustSay(t, w.says(w.boss.Slash(w.ctx, w.ops, "cloud-revoke", discordsim.Args{"to": w.grace, "project": "dev"})), "`view` until somebody changes it", "`deploy` until <t:")
}

// A request is posted where the server wants it, else where the bot can post.
func TestWhereRequestsArePosted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	requests := w.guild.NewTextChannel("requests")
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-settings", discordsim.Args{"requests_channel": requests}))
	mine := w.asks(w.grace, w.ops)
	mustSay(t, mine.Text(), requests.Mention())
	w.sees(requests, "asks for `deploy`")
	get(w.grace.Click(w.ctx, *mine, "Cancel the request"))(w)
	w.sees(requests, "cancelled")
	requests.Deny(w.self, discordsim.ViewChannel)
	w.asks(w.grace, w.ops)
	get(w.boss.Click(w.ctx, *w.sees(w.ops, "asks for `deploy`"), "Approve"))(w)
	w.sees(w.ops, "has `deploy`")
	mustSay(t, w.says(w.boss.Slash(w.ctx, w.ops, "cloud-settings", discordsim.Args{"requests_channel": requests})), "The bot cannot see "+requests.Mention())
}

// Who left before the decision gets nothing, and loses what they had; who is back
// is another member.
func TestRequestOfSomebodyWhoLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "view"}))
	w.asks(w.grace, w.ops)
	asked := w.sees(w.ops, "asks for `deploy`")
	w.grace.Leave()
	mustSay(t, w.says(w.boss.Click(w.ctx, *asked, "Approve")), w.grace.Mention()+" left the server", "Nothing was granted")
	w.sees(w.ops, "cancelled", "Because: left the server")
	w.wantInForce(w.grace, 0)

	w.grace.Rejoin()
	w.asks(w.grace, w.ops)
	asked = w.sees(w.ops, "asks for `deploy`")
	w.grace.Leave()
	w.grace.Rejoin()
	mustSay(t, w.says(w.boss.Click(w.ctx, *asked, "Approve")), "left the server after asking")
	w.asks(w.grace, w.ops)
	w.wantInForce(w.grace, 0)
	var reasons int
	w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from audit where actor = $1 and reason = 'left the server'", store.Engine).Scan(&reasons))
	if reasons != 3 { // a grant, two requests
		t.Errorf("%d audit rows", reasons)
	}
}

func (w *world) wantInForce(m *discordsim.Member, want int) {
	w.t.Helper()
	var n int
	w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from grants where user_id = $1 and revoked_at is null", m.ID).Scan(&n))
	if n != want {
		w.t.Errorf("%d grants of %s are in force, want %d", n, m.Username, want)
	}
}

// Who takes no direct messages is told in the channel, though the first try there
// fails: the message of the request is no sign that it was said.
func TestDecisionIsToldAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.grace.CloseDMs()
	w.asks(w.grace, w.ops)
	asked := w.sees(w.ops, "asks for `deploy`")
	w.settle() // until it is known which message that is
	form := get(w.boss.Click(w.ctx, *asked, "Decline"))(w)
	w.sim.Faults().On("POST", "/channels/"+w.ops.ID+"/messages", discordsim.Fault{Status: 500}, 1)
	get(w.boss.Submit(w.ctx, form.Modal(), nil))(w)
	w.sees(w.ops, w.grace.Mention()+" ⚪", "declined your request for `deploy` in `dev`.\n", "-# decision on access request 1")
	if left := w.sim.Faults().Left(); left != 0 {
		t.Errorf("%d tries did not fail", left)
	}
}

// What a former member had is in nobody's way once they are back and ask anew,
// though the engine has not looked after them yet.
func TestRequestOfSomebodyWhoIsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.administers(w.ada)
	w.administers(w.grace)
	w.grace.Leave()
	w.grace.Rejoin()
	w.asks(w.grace, w.ops)
	get(w.ada.Click(w.ctx, *w.sees(w.ops, "asks for `deploy`"), "Approve"))(w)
	w.sees(w.ops, w.grace.Mention()+" has `deploy` in `dev`", "approved by "+w.ada.Mention())
}

// Nobody asks where the bot can post neither there nor where requests are decided.
func TestRequestThatNobodyWouldSee(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	closed, requests := w.guild.NewTextChannel("closed"), w.guild.NewTextChannel("requests")
	closed.Deny(w.self, discordsim.SendMessages)
	mustSay(t, w.asks(w.grace, closed).Text(), "The bot cannot post in "+closed.Mention(), "Nothing was asked for", "**Send Messages**")

	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-settings", discordsim.Args{"requests_channel": requests}))
	requests.Deny(w.self, discordsim.SendMessages)
	mustSay(t, w.asks(w.grace, closed).Text(), "The bot cannot post in "+requests.Mention(), "Nothing was asked for")
	requests.Deny(w.self, discordsim.ViewChannel)
	mustSay(t, w.asks(w.grace, closed).Text(), "The bot cannot post in "+requests.Mention(), "Nothing was asked for")
	requests.Allow(w.self, discordsim.ViewChannel|discordsim.SendMessages)
	mustSay(t, w.asks(w.grace, closed).Text(), "You asked for `deploy`", requests.Mention())
	w.sees(requests, "asks for `deploy`")
}
