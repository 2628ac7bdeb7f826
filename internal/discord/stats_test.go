package discord

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

func TestGoldenStats(t *testing.T) {
	t.Parallel()
	st := store.Stats{
		Total: 42, ByState: map[session.State]int{session.Applied: 30, session.Failed: 2, session.Draft: 10},
		ByProject: []store.Tally{{Name: "dev", N: 30}, {Name: "prod", N: 12}},
		ByPerson:  []store.Tally{{Name: "100", N: 40}, {Name: "201", N: 2}}, People: 14,
		Applies: store.Applies{Applied: 30, Failed: 3, Cancelled: 1}, PlanTook: 12 * time.Second, ApplyTook: 83 * time.Second,
		First: noon, ByDay: make([]store.Applies, statsDays),
		Costs: []store.ProjectCost{{Project: "prod", Monthly: decimal.New(128040, -2), Stacks: 3, Unknown: 1, Unpriced: 2, PricesOf: "2026-07-20"}, {Project: "dev", Monthly: decimal.New(292, -1), Stacks: 1, PricesOf: "2026-11-22", Invented: true}},
	}
	st.ByDay[3] = st.Applies
	golden(t, "stats/all", draw(statsPicture(st, ""))+statsAlt(st)+"\n")
	golden(t, "stats/project", draw(statsPicture(st, "dev")))
	golden(t, "stats/none", draw(statsPicture(store.Stats{First: noon, ByDay: make([]store.Applies, statsDays)}, "")))
}

// Admins see figures of what they administer, with a picture that says in words
// what it shows.
func TestStats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	run := w.approved(w.planned())
	w.ends(run, 0, orchestrator.Outcome{})
	stats := func(m *discordsim.Member, args discordsim.Args) (string, *discordsim.Message) {
		t.Helper()
		in, err := m.Slash(w.ctx, w.ops, "cloud-stats", args)
		text := w.says(in, err)
		return text, get(in.Reply(w.ctx))(w)
	}
	for _, args := range []discordsim.Args{nil, {"project": "dev"}} {
		got, reply := stats(w.boss, args)
		for _, part := range []string{"**1 deployment** started", "🟢 Applied 1", mention(w.ada.ID), "1 of 1 ended well"} {
			if !strings.Contains(got, part) {
				t.Errorf("%v: the figures lack %q: %s", args, part, got)
			}
		}
		file, ok := reply.Attachment("applies.png")
		if !ok || !strings.Contains(file.Description, "1 applied, 0 failed, 0 cancelled") {
			t.Fatalf("the picture: %+v", file)
		}
		if _, err := png.Decode(bytes.NewReader(file.Bytes())); err != nil {
			t.Error(err)
		}
	}
	if got, _ := stats(w.ada, nil); !strings.Contains(got, "you are an admin of none") {
		t.Errorf("a deployer reads: %s", got)
	}
	w.grants(w.grace, "admin")
	if got, _ := stats(w.grace, nil); !strings.Contains(got, "**1 deployment** started") {
		t.Errorf("the project's admin reads: %s", got)
	}
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "prod", "provider": "sandbox"}))
	got, reply := stats(w.boss, discordsim.Args{"project": "prod"})
	if !strings.Contains(got, "No deployment was started") || len(reply.Attachments) != 0 {
		t.Errorf("of an empty project: %s", got)
	}
}
