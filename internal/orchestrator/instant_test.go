package orchestrator_test

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// stop sets the time of the world's processes to an instant, at which it stays.
func (w *world) stop(at time.Time) {
	w.t.Helper()
	w.clock.stopped.Store(&at)
}

// tick is the shortest time that Postgres tells apart.
const tick = time.Microsecond

// What somebody may do ends at the instant that was said, on every path: no sweep
// has to come, and none ever does here.
func TestAccessEndsAtItsInstant(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(w *world, draft, planned session.Session, at time.Time) error{
		"start": func(w *world, _, _ session.Session, _ time.Time) error {
			_, err := w.StartSession(w.ctx, by(eve), orchestrator.NewSession{Project: "dev", Stack: "other", ChannelID: "700"})
			return err
		},
		"a form": func(w *world, draft, _ session.Session, _ time.Time) error {
			return w.PutResource(w.ctx, by(eve), form(draft, "vpc", "net"))
		},
		"opening a form": func(w *world, draft, _ session.Session, _ time.Time) error {
			if g, err := w.store.Glance(w.ctx, guild, draft.ID, eve); err != nil || g.Level < project.Deploy {
				return usererr.New(usererr.Denied, "%s, %v", g.Level, err)
			}
			return nil
		},
		"the list of projects": func(w *world, _, _ session.Session, _ time.Time) error {
			if list, err := w.store.VisibleProjects(w.ctx, guild, eve, project.Deploy, "", 10); err != nil || len(list) != 1 {
				return usererr.New(usererr.Denied, "%d projects, %v", len(list), err)
			}
			return nil
		},
		"approve": func(w *world, _, planned session.Session, _ time.Time) error {
			return w.Approve(w.ctx, by(eve), planned.ID, planned.Generation, "")
		},
		"refresh": func(w *world, _, planned session.Session, _ time.Time) error {
			return w.Refresh(w.ctx, by(eve), planned.ID, planned.Generation)
		},
		"begin": func(w *world, _, planned session.Session, at time.Time) error {
			w.stop(at.Add(-time.Second))
			w.must(w.Approve(w.ctx, by(eve), planned.ID, planned.Generation, ""))
			w.stop(at)
			_, err := w.BeginApply(w.ctx, w.session(planned.ID).RunID, "h1")
			if errors.Is(err, orchestrator.ErrNothingToDo) {
				w.wantState(planned.ID, session.PlanReady)
				return usererr.New(usererr.Denied, "it was not begun")
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, late := range []bool{false, true} {
				w := newWorld(t)
				given, err := w.Grant(w.ctx, by(owner), orchestrator.NewGrant{Project: "dev", UserID: eve.UserID, Level: "deploy", Life: time.Hour})
				w.must(err)
				draft, planned := w.draftOf(eve, "one"), w.planned(w.planningOf(eve, "two"), creates)
				at := given.ExpiresAt.Add(-tick)
				if late {
					at = *given.ExpiresAt
				}
				w.stop(at)
				if err := act(w, draft, planned, at); late {
					refused(t, err, usererr.Denied)
				} else {
					w.must(err)
				}
			}
		})
	}
}

// watched is what a watcher remembers of people in a project, by user id.
type watched map[string][]struct {
	level project.Level
	until *time.Time
}

// Whatever is granted, asked for, approved and revoked: at the instants around each
// end, what the engine lets people see is what a watcher remembers, from Go and
// from SQL alike.
func TestGrantsInTheDatabaseAgainstAClock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // a hundred worlds, one after the other
	defer cancel()
	w.ctx = ctx
	seen := w.draft("seen")
	start := w.session(seen.ID).CreatedAt.Truncate(time.Second).Add(time.Minute)
	now := start
	w.stop(now)
	var named atomic.Int64
	rapid.Check(t, func(rt *rapid.T) {
		w.exec("update grants set revoked_at = granted_at where user_id <> $1", dev.UserID) // of the people before
		people := []policy.Person{{UserID: strconv.FormatInt(10_000+named.Add(1), 10)}, {UserID: strconv.FormatInt(10_000+named.Add(1), 10)}}
		model := watched{}
		for range rapid.IntRange(1, 5).Draw(rt, "steps") {
			p := rapid.SampledFrom(people).Draw(rt, "who")
			level := rapid.SampledFrom(project.Levels()).Draw(rt, "level")
			life := time.Duration(rapid.IntRange(0, 3).Draw(rt, "hours")) * time.Hour
			switch rapid.IntRange(0, 2).Draw(rt, "what") {
			case 0:
				g, err := w.Grant(w.ctx, by(owner), orchestrator.NewGrant{Project: "dev", UserID: p.UserID, Level: level.String(), Life: life})
				w.must(err)
				model[p.UserID] = nil
				model.remember(p, level, g.ExpiresAt)
			case 1:
				r, err := w.RequestAccess(w.ctx, by(p), orchestrator.NewRequest{Project: "dev", Level: level.String(), Life: life, Reason: "x", ChannelID: "700"})
				if usererr.Is(err, usererr.Conflict) && model.covers(p, level, life, now) {
					break
				}
				w.must(err)
				g, err := w.ApproveRequest(w.ctx, by(owner), r.ID)
				w.must(err)
				model.remember(p, level, g.ExpiresAt)
			case 2:
				_, err := w.Revoke(w.ctx, by(owner), orchestrator.Revocation{Project: "dev", UserID: p.UserID})
				if nothing := model.levelAt(p, now) == project.NoAccess; nothing != usererr.Is(err, usererr.Conflict) {
					rt.Fatalf("revoked with %v, although nothing is there is %v", err, nothing)
				}
				model[p.UserID] = nil
			}
			instants := []time.Time{now.Add(time.Minute)}
			for _, held := range model {
				for _, h := range held {
					if h.until != nil && h.until.After(now.Add(tick)) {
						instants = append(instants, h.until.Add(-tick), *h.until)
					}
				}
			}
			for _, at := range []time.Time{now, rapid.SampledFrom(instants).Draw(rt, "now")} {
				now = at
				w.stop(now)
				for _, p := range people {
					w.compare(rt, seen.ID, p, model.levelAt(p, now))
				}
			}
		}
	})
}

// compare asks the engine what somebody may do, in Go and in SQL: what they have,
// and what is the next above.
func (w *world) compare(rt *rapid.T, sessionID string, p policy.Person, want project.Level) {
	for _, level := range []project.Level{max(want, project.View), min(want+1, project.Admin)} {
		_, err := w.View(w.ctx, by(p), sessionID, level)
		if err != nil && !usererr.Is(err, usererr.Denied) {
			rt.Fatal(err)
		}
		list, listErr := w.store.VisibleProjects(w.ctx, guild, p, level, "", 10)
		if listErr != nil {
			rt.Fatal(listErr)
		}
		if allowed := want >= level; (err == nil) != allowed || (len(list) == 1) != allowed {
			rt.Fatalf("%s for %s, who has %s: viewed %v, listed %d", level, p.UserID, want, err, len(list))
		}
	}
}

func (m watched) remember(p policy.Person, level project.Level, until *time.Time) {
	m[p.UserID] = append(m[p.UserID], struct {
		level project.Level
		until *time.Time
	}{level, until})
}

func (m watched) levelAt(p policy.Person, at time.Time) project.Level {
	best := project.NoAccess
	for _, h := range m[p.UserID] {
		if h.until == nil || at.Before(*h.until) {
			best = max(best, h.level)
		}
	}
	return best
}

// covers reports whether somebody has a level for at least as long already.
func (m watched) covers(p policy.Person, level project.Level, life time.Duration, now time.Time) bool {
	for _, h := range m[p.UserID] {
		if h.level >= level && (h.until == nil || now.Before(*h.until) && life > 0 && !now.Add(life).After(*h.until)) {
			return true
		}
	}
	return false
}

// draftOf and planningOf are like draft and planning, by somebody else than dev.
func (w *world) draftOf(p policy.Person, stack string) session.Session {
	w.t.Helper()
	s, err := w.StartSession(w.ctx, by(p), orchestrator.NewSession{Project: "dev", Stack: stack, ChannelID: "700"})
	w.must(err)
	return s
}

func (w *world) planningOf(p policy.Person, stack string) session.Session {
	w.t.Helper()
	s := w.draftOf(p, stack)
	w.must(w.PutResource(w.ctx, by(p), form(s, "vpc", "net")))
	return w.wantState(s.ID, session.Planning)
}
