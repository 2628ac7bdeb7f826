package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// Every column of a grant and of a request comes back as it was written.
func TestGrantsAndRequestsRoundTrip(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tx(func(tx *Tx) error {
		joined, ends := tx.Now.Add(-time.Hour), tx.Now.Add(time.Hour)
		g, err := tx.AddGrant(w.ctx, project.Grant{GuildID: guild, ProjectID: w.project.ID, UserID: "5", Level: project.Deploy, Reason: "a release",
			MemberSince: &joined, GrantedBy: "1", GrantedAt: tx.Now, ExpiresAt: &ends, ChannelID: "700"})
		if err != nil {
			return err
		}
		if read, err := tx.Grant(w.ctx, g.ID); err != nil || !cmp.Equal(g, read) {
			t.Errorf("%s, %v", cmp.Diff(g, read), err)
		}
		r, err := tx.InsertRequest(w.ctx, project.AccessRequest{GuildID: guild, ProjectID: w.project.ID, UserID: "5", MemberSince: &joined, Level: project.Approve,
			Life: 2 * time.Hour, Reason: "another", AskedIn: "700", ChannelID: "701"})
		if err != nil {
			return err
		}
		if read, err := tx.PendingRequest(w.ctx, w.project.ID, "5"); err != nil || !cmp.Equal(r, read) {
			t.Errorf("%s, %v", cmp.Diff(r, read), err)
		}
		if err := tx.SetRequestMessage(w.ctx, r.ID, "702", "800"); err != nil {
			return err
		}
		by := "1"
		r.State, r.DecidedBy, r.DecidedAt, r.Decision, r.GrantID, r.ChannelID, r.MessageID = project.RequestApproved, &by, &tx.Now, "yes", &g.ID, "702", "800"
		if err := tx.DecideRequest(w.ctx, r); err != nil {
			return err
		}
		if read, err := tx.LockRequest(w.ctx, r.ID); err != nil || !cmp.Equal(r, read) {
			t.Errorf("%s, %v", cmp.Diff(r, read), err)
		}
		if err := tx.DecideRequest(w.ctx, r); !errors.Is(err, ErrNotFound) {
			t.Errorf("decided again: %v", err)
		}
		return nil
	})
}

// One grant of a level is in force, to a member as to a role; PutGrant takes the
// place of all.
func TestGrantsOfSeveralLevels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	add := func(user, role string, level project.Level, put bool) error {
		return w.InTx(w.ctx, func(tx *Tx) error {
			g := project.Grant{GuildID: guild, ProjectID: w.project.ID, UserID: user, RoleID: role, Level: level, GrantedBy: "1", GrantedAt: tx.Now}
			if put {
				_, err := tx.PutGrant(w.ctx, g)
				return err
			}
			_, err := tx.AddGrant(w.ctx, g)
			return err
		})
	}
	for _, whose := range [][2]string{{"5", ""}, {"", "5"}, {"6", ""}} {
		if err := errors.Join(add(whose[0], whose[1], project.View, false), add(whose[0], whose[1], project.Deploy, false)); err != nil {
			t.Fatal(err)
		}
		if err := add(whose[0], whose[1], project.Deploy, false); !errors.Is(err, ErrDuplicate) {
			t.Errorf("a second one of the level: %v", err)
		}
	}
	if err := add("5", "", project.Admin, true); err != nil {
		t.Fatal(err)
	}
	w.tx(func(tx *Tx) error {
		grants, err := tx.GrantsOf(w.ctx, w.project.ID)
		var got []string
		for _, g := range grants {
			got = append(got, g.UserID+"/"+g.RoleID+"/"+g.Level.String())
		}
		if want := []string{"/5/view", "/5/deploy", "6//view", "6//deploy", "5//admin"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("in force: %v, want %v, %v", got, want, err)
		}
		return err
	})
	if err := add("", "", project.View, false); err == nil {
		t.Error("a grant to nobody")
	}
	if err := add("7", "7", project.View, false); err == nil {
		t.Error("a grant to a member and a role")
	}
}

// A grant that is over is given out once, also to two who ask at the same time.
func TestEndGrants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, user := range []string{"5", "6"} {
		if err := w.grant(w.project, user, project.View, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	w.exec("update grants set expires_at = now() where user_id = '5'")
	ends := func(tx *Tx, projectID int64) int {
		grants, err := tx.EndGrants(w.ctx, projectID, 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(grants)
	}
	w.tx(func(first *Tx) error {
		if n := ends(first, w.project.ID+1); n != 0 {
			t.Errorf("of another project: %d", n)
		}
		if n := ends(first, 0); n != 1 {
			t.Errorf("the first gets %d", n)
		}
		w.tx(func(second *Tx) error {
			if n := ends(second, 0); n != 0 {
				t.Errorf("the second gets %d", n)
			}
			return nil
		})
		return nil
	})
	w.tx(func(tx *Tx) error {
		if n := ends(tx, 0); n != 0 {
			t.Errorf("later: %d", n)
		}
		return nil
	})
}

// Grantees are looked at in turn, each once in a while, however many there are.
func TestLookAtGrantees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, user := range []string{"5", "6", "7", "8", "9"} {
		if err := w.grant(w.project, user, project.View, 0); err != nil {
			t.Fatal(err)
		}
	}
	w.exec("update grants set granted_at = now() - interval '2 hours' - user_id::int * interval '1 second' where user_id <> '9'")
	w.exec("update grants set expires_at = now() where user_id = '8'")
	for _, want := range [][]string{{"6", "7"}, {"5"}, nil} {
		list, err := w.LookAtGrantees(w.ctx, time.Hour, 2)
		var got []string
		for _, who := range list {
			got = append(got, who.UserID)
		}
		if slices.Sort(got); err != nil || !slices.Equal(got, want) {
			t.Errorf("to look at: %v, want %v, %v", got, want, err)
		}
	}
}

// Who left loses everything there; who is back, what is from before.
func TestWhatAFormerMemberHad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		back bool
		left []string // levels of what stays
	}{"who left": {false, []string{"admin"}}, "who is back": {true, []string{"deploy", "admin"}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.tx(func(tx *Tx) error {
				before, back := tx.Now.Add(-2*time.Hour), tx.Now.Add(-time.Hour)
				for _, g := range []project.Grant{
					{Level: project.View, MemberSince: &before, GrantedAt: before},
					{Level: project.Approve, GrantedAt: before}, // it is not known since when they were there
					{Level: project.Deploy, MemberSince: &back, GrantedAt: tx.Now},
					{Level: project.Admin, MemberSince: &back, GrantedAt: tx.Now.Add(time.Minute)}, // after Discord was asked
				} {
					g.GuildID, g.ProjectID, g.UserID, g.GrantedBy = guild, w.project.ID, "5", "1"
					if _, err := tx.AddGrant(w.ctx, g); err != nil {
						return err
					}
				}
				r := project.AccessRequest{GuildID: guild, ProjectID: w.project.ID, UserID: "5", MemberSince: &back, Level: project.View, Reason: "x"}
				if _, err := tx.InsertRequest(w.ctx, r); err != nil {
					return err
				}
				joined := &back
				if !c.back {
					joined = nil
				}
				if _, err := tx.RevokeGrantsOf(w.ctx, guild, "5", Engine, tx.Now, joined); err != nil {
					return err
				}
				requests, err := tx.CancelRequestsOf(w.ctx, guild, "5", Engine, "gone", tx.Now, joined)
				if err != nil || (len(requests) == 0) != c.back {
					t.Errorf("cancelled: %+v, %v", requests, err)
				}
				grants, err := tx.GrantsOf(w.ctx, w.project.ID)
				var left []string
				for _, g := range grants {
					left = append(left, g.Level.String())
				}
				if err != nil || !slices.Equal(left, c.left) {
					t.Errorf("left: %v, want %v, %v", left, c.left, err)
				}
				return err
			})
		})
	}
}

// Two who change a guild's settings do so one after the other.
func TestGuildIsLocked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	changed := make(chan error, 1)
	w.tx(func(tx *Tx) error {
		g, err := tx.LockGuild(w.ctx, guild)
		if err != nil {
			return err
		}
		go func() {
			changed <- w.InTx(w.ctx, func(tx *Tx) error {
				g, err := tx.LockGuild(w.ctx, guild)
				if err != nil {
					return err
				}
				g.RequestsChannel = "701"
				return tx.SaveGuild(w.ctx, g)
			})
		}()
		g.AdminRole = "7"
		return tx.SaveGuild(w.ctx, g)
	})
	if err := await(t, changed, "second change"); err != nil {
		t.Fatal(err)
	}
	if g, err := w.Guild(w.ctx, guild); err != nil || g.AdminRole != "7" || g.RequestsChannel != "701" {
		t.Errorf("settings: %+v, %v", g, err)
	}
}

// A post that is due in a while is sent then, and counts as from then.
func TestPostsThatAreDueLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.newSession(w.stack)
	w.tx(func(tx *Tx) error { return tx.OweIn(w.ctx, notice(s, "later"), time.Hour) })
	w.nothingOwed("it is not due")
	if wait, owed, err := w.NextPost(w.ctx); err != nil || !owed || (wait-time.Hour).Abs() > time.Minute {
		t.Errorf("next in %s, %v, %v", wait, owed, err)
	}
	w.exec("update outbox set not_before = now()")
	if p := w.claim("x"); time.Until(p.CreatedAt) < 50*time.Minute {
		t.Errorf("created %s", p.CreatedAt)
	}
}
