package discord

import (
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// due lets every announcement of an end be due now, and waits until they are sent.
func (w *world) due() {
	w.t.Helper()
	wake, unsubscribe := w.store.Subscribe(store.TopicOutbox, "")
	defer unsubscribe()
	w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(w.ctx, "update outbox set not_before = now(), created_at = now() where kind = 'ending' and sent_at is null")
		if err != nil {
			return err
		}
		return tx.Owe(w.ctx, store.Post{GuildID: w.guild.ID, Lane: "wake", Kind: store.PostEnding, GrantID: w.anyGrant()})
	}))
	for {
		var owed int
		w.must(w.store.Pool().QueryRow(w.ctx, "select count(*) from outbox where kind = 'ending' and sent_at is null and dead_at is null").Scan(&owed))
		if owed == 0 {
			return
		}
		select {
		case <-wake:
		case <-w.ctx.Done():
			w.t.Fatal("the announcements are not sent")
		}
	}
}

// anyGrant is one without an end, of which nothing is told.
func (w *world) anyGrant() *int64 {
	w.t.Helper()
	var id int64
	w.must(w.store.Pool().QueryRow(w.ctx, "select min(id) from grants where expires_at is null").Scan(&id))
	return &id
}

func (w *world) grantsFor(to any, level, duration string) {
	w.t.Helper()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": to, "project": "dev", "level": level, "duration": duration}))
}

// An end is announced ten minutes before it comes; of a short grant when half of
// it is left.
func TestWhenAnEndIsAnnounced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	for duration, before := range map[string]time.Duration{"2h": 10 * time.Minute, "20m": 10 * time.Minute, "10m": 5 * time.Minute} {
		w.grantsFor(w.grace, "view", duration)
		var left float64
		w.must(w.store.Pool().QueryRow(w.ctx, `select extract(epoch from g.expires_at - o.not_before) from grants g join outbox o on o.grant_id = g.id
			where g.revoked_at is null and g.expires_at is not null and o.sent_at is null`).Scan(&left))
		if got := time.Duration(left * float64(time.Second)); (got - before).Abs() > time.Second {
			t.Errorf("%s: announced %s before", duration, got)
		}
	}
}

// Who is told that their access ends asks again from where they read it.
func TestAskAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.grantsFor(w.grace, "deploy", "3h")
	w.due()
	ending := w.told(w.grace, "Your `deploy` in `dev` ends <t:", "does not start")
	form := get(w.grace.Click(w.ctx, *ending, "Ask again"))(w)
	modal := form.Modal()
	if modal.Title != "Ask for deploy in dev" {
		t.Errorf("the form: %+v", modal)
	}
	if in, ok := modal.Input("How long"); !ok || in.Value != "3h" {
		t.Errorf("how long: %+v", in)
	}
	bad := get(w.grace.Submit(w.ctx, modal, discordsim.Fields{"How long": "soon", "Why": "more"}))(w)
	mustSay(t, get(bad.Reply(w.ctx))(w).Text(), "`duration` cannot be `soon`")
	in := get(w.grace.Submit(w.ctx, modal, discordsim.Fields{"How long": "2d", "Why": "more to do"}))(w)
	mustSay(t, get(in.Reply(w.ctx))(w).Text(), "You asked for `deploy` in `dev` for 2 days.", w.ops.Mention())
	get(w.boss.Click(w.ctx, *w.sees(w.ops, "asks for `deploy` in `dev`", "more to do"), "Approve"))(w)
	w.told(w.grace, "You have `deploy` in `dev`")
	w.wantInForce(w.grace, 1)
	dms := len(w.sim.DMsOf(w.grace))
	w.due() // the longer one
	if n := len(w.sim.DMsOf(w.grace)); n != dms+1 {
		t.Errorf("%d messages more, want 1", n-dms)
	}

	w.grace.Leave()
	in = get(w.grace.Submit(w.ctx, modal, discordsim.Fields{"Why": "more"}))(w)
	mustSay(t, get(in.Reply(w.ctx))(w).Text(), "You are not in that server any more")
	w.wantInForce(w.grace, 0)
}

// Nothing is told of what was taken away, or has something longer in its place.
func TestEndingsThatAreNotTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.grantsFor(w.grace, "deploy", "1h")
	w.grantsFor(w.grace, "deploy", "2h")
	w.grantsFor(w.grace, "view", "3h")
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-revoke", discordsim.Args{"to": w.grace, "project": "dev"}))
	w.due()
	if got := w.sim.DMsOf(w.grace); len(got) != 0 {
		t.Errorf("told: %s", got[0].Text())
	}
}

// Who takes no direct messages is told in the channel where it was given; and a
// role always is, without a ping.
func TestEndingsInTheChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.grace.CloseDMs()
	w.grantsFor(w.grace, "deploy", "1h")
	w.due()
	ending := w.sees(w.ops, w.grace.Mention()+" ⏳ Your `deploy` in `dev` ends <t:")
	if len(ending.Mentions) != 1 || ending.Mentions[0].ID != w.grace.ID {
		t.Errorf("pinged: %v", ending.Mentions)
	}
	mustSay(t, w.says(w.ada.Click(w.ctx, *ending, "Ask again")), "This is about somebody else's access")
	form := get(w.grace.Click(w.ctx, *ending, "Ask again"))(w)
	in := get(w.grace.Submit(w.ctx, form.Modal(), discordsim.Fields{"Why": "more"}))(w)
	mustSay(t, get(in.Reply(w.ctx))(w).Text(), "You asked for `deploy` in `dev` for 1 hour.")

	team := w.guild.NewRole("team")
	w.grantsFor(team, "view", "1h")
	w.due()
	role := w.sees(w.ops, "What "+team.Mention()+" may do ends <t:", "`view` in `dev`")
	if len(role.MentionRoles) != 0 || len(role.Components) != 0 {
		t.Errorf("of a role: %+v", role)
	}
}

// A button in a direct message says nothing of servers that are not served.
func TestDirectMessagesOfOtherServers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.grantsFor(w.grace, "deploy", "1h")
	w.due()
	ending := w.told(w.grace, "ends <t:")
	_, err := w.store.Pool().Exec(w.ctx, "update grants set guild_id = '1'")
	w.must(err)
	mustSay(t, w.says(w.grace.Click(w.ctx, *ending, "Ask again")), "This bot does not serve this server")
}
