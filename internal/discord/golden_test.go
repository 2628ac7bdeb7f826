package discord

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares what people see with a file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); run with -update if that is right:\n%s", path, diff)
	}
}

// draw writes a picture as text: what is read, then what can be pressed.
func draw(p picture) string {
	var b strings.Builder
	if p.Content != "" {
		fmt.Fprintf(&b, "%s\n", strings.ReplaceAll(p.Content, "\x1b", "<ESC>"))
	}
	for _, e := range p.Embeds {
		fmt.Fprintf(&b, "# %s  (#%06X)\n%s\n-- %s\n", e.Title, e.Color, e.Description, e.Footer.Text)
	}
	drawComponents(&b, p.Components, "")
	for _, f := range p.Files {
		fmt.Fprintf(&b, "<%s>\n", f.Name)
	}
	if len(p.Mentions) > 0 {
		fmt.Fprintf(&b, "pings %s\n", strings.Join(p.Mentions, ", "))
	}
	if len(p.Roles) > 0 {
		fmt.Fprintf(&b, "pings the roles %s\n", strings.Join(p.Roles, ", "))
	}
	return b.String()
}

func drawComponents(b *strings.Builder, components []discordgo.MessageComponent, indent string) {
	styles := map[discordgo.ButtonStyle]string{discordgo.PrimaryButton: "blue", discordgo.SecondaryButton: "grey", discordgo.SuccessButton: "green", discordgo.DangerButton: "red"}
	for _, c := range components {
		switch c := c.(type) {
		case discordgo.ActionsRow:
			drawComponents(b, c.Components, indent)
		case discordgo.TextDisplay:
			fmt.Fprintf(b, "%s%s\n", indent, c.Content)
		case discordgo.Label:
			fmt.Fprintf(b, "%s%s: %s\n", indent, c.Label, c.Description)
			drawComponents(b, []discordgo.MessageComponent{c.Component}, indent+"  ")
		case discordgo.Button:
			off := ""
			if c.Disabled {
				off = ", disabled"
			}
			fmt.Fprintf(b, "%s[%s] %s%s -> %s\n", indent, c.Label, styles[c.Style], off, c.CustomID)
		case discordgo.SelectMenu:
			fmt.Fprintf(b, "%s[%s ▾] -> %s\n", indent, c.Placeholder, c.CustomID)
			for _, o := range c.Options {
				chosen := ""
				if o.Default {
					chosen = " (chosen)"
				}
				fmt.Fprintf(b, "%s  %s = %s  %s%s\n", indent, o.Value, o.Label, o.Description, chosen)
			}
		case discordgo.TextInput:
			fmt.Fprintf(b, "%s%s text, style %d, at most %d, required %t: %q\n", indent, c.CustomID, c.Style, c.MaxLength, *c.Required, c.Value)
		}
	}
}

func drawModal(d *discordgo.InteractionResponseData) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s -> %s\n", d.Title, d.CustomID)
	drawComponents(&b, d.Components, "")
	return b.String()
}

// sandbox is the built-in catalog.
func sandbox(t *testing.T) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Installed("")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var noon = time.Unix(1_780_000_000, 0).UTC()

func at(d time.Duration) *time.Time {
	t := noon.Add(d)
	return &t
}

// sample is a lobby with three resources, in a state that a test changes.
func sample(t *testing.T, state session.State, change func(*lobby)) lobby {
	t.Helper()
	l := lobby{Kinds: sandbox(t).Kinds("sandbox"), Now: noon, Grace: time.Minute}
	l.Project = project.Project{Slug: "dev", Provider: "sandbox"}
	l.Stack = project.Stack{Name: "web", Region: "eu-1"}
	l.Needed, l.Approvers = 1, []string{"100"}
	l.Session = session.Session{
		ID: "4kq2x7", GuildID: "1", State: state, Generation: 3, Requester: "100", ChannelID: "7", LobbyMessageID: "8",
		Resources: []project.Resource{
			{Kind: "vpc", Name: "main", Values: map[string]any{"cidr": "10.1.0.0/16"}},
			{Kind: "compute_vm", Name: "web", Values: map[string]any{"size": "medium", "public_ip": true}},
			{Kind: "database", Name: "db", Values: map[string]any{"storage_gib": float64(20)}},
		},
		CreatedAt: noon, UpdatedAt: noon, ExpiresAt: at(24 * time.Hour),
	}
	if change != nil {
		change(&l)
	}
	return l
}

// withPlan gives the lobby a plan, and the run that made or applies it.
func withPlan(d plan.Digest) func(*lobby) {
	return func(l *lobby) {
		l.Session.Plan = &session.Plan{RunID: 5, Digest: d, At: noon}
		l.Session.RunID = 5
	}
}

func withRun(run store.Run, p string) func(*lobby) {
	return func(l *lobby) {
		withPlan(creates("vpc.main", "compute_vm.web", "database.db"))(l)
		run.Kind, run.ID, run.Generation, run.CreatedAt, run.Progress = store.RunApply, 6, 3, noon, []byte(p)
		l.Session.RunID, l.Run, l.LastApply, l.Session.ThreadID = 6, &run, &run, "9"
		l.Session.ExpiresAt = nil
	}
}

func all(changes ...func(*lobby)) func(*lobby) {
	return func(l *lobby) {
		for _, c := range changes {
			c(l)
		}
	}
}

const halfDone = `{"total":3,"done":1,"working":[{"label":"database.db","action":"create","since":"2026-05-28T20:26:20Z"}],"created":["vpc.main"]}`

func destroys() plan.Digest {
	return plan.Digest{Add: 1, Change: 1, Destroy: 2, Replace: 1, Changes: []plan.Change{
		{Label: "compute_vm.web", Action: plan.Replace, Reason: "this change cannot be made in place", Attributes: []plan.AttributeChange{
			{Name: "input.image", Before: "debian-12", After: "ubuntu-24.04", ForcesReplace: true}}},
		{Label: "database.db", Action: plan.Delete, Reason: "it is no longer described", Attributes: []plan.AttributeChange{{Name: "input.storage_gib", Before: "20"}}},
		{Label: "vpc.main", Action: plan.Update, Attributes: []plan.AttributeChange{
			{Name: "input.cidr", Before: "10.0.0.0/16", After: "10.1.0.0/16"}, {Name: "id", Before: "a", After: plan.UnknownText, Unknown: true},
			{Name: "input.key", Before: plan.SensitiveText, After: plan.SensitiveText, Sensitive: true}}},
	}, Outputs: []plan.OutputChange{{Name: "vpc-main-cidr", Action: plan.Update, Before: "10.0.0.0/16", After: "10.1.0.0/16"}}}
}

func TestLobbyInEachState(t *testing.T) {
	t.Parallel()
	failed := func(f session.Failure) func(*lobby) {
		return all(withRun(store.Run{Status: store.RunFailed, StartedAt: at(0), EndedAt: at(72 * time.Second)}, halfDone), func(l *lobby) {
			l.Session.Failure, l.Session.ExpiresAt = &f, at(24*time.Hour)
		})
	}
	approvals := func(needed int, by ...string) func(*lobby) {
		return func(l *lobby) {
			l.Project.Rules.Approvals.Needed, l.Needed, l.Approvers = needed, needed, []string{"201", "202", "203"}
			for _, id := range by {
				l.Session.Approvals = append(l.Session.Approvals, session.Approval{Person: project.Person{UserID: id}, At: noon})
			}
		}
	}
	// before: an earlier apply of the session has done something.
	before := func(l *lobby) {
		l.LastApply = &store.Run{ID: 4, Kind: store.RunApply, Status: store.RunFailed, Progress: []byte(halfDone)}
	}
	planFailed := all(withPlan(plan.Digest{}), func(l *lobby) {
		l.Session.Plan = nil
		l.Session.Failure = &session.Failure{Phase: "plan", Summary: "Terraform could not make the plan.", Detail: "Error: image withdrawn is not offered\n```\n@everyone", Reference: "k3f9ab"}
	})
	notStarted := failed(session.Failure{Phase: "start", Summary: "Terraform could not be started.", Reference: "k3f9ab"})
	// stands: what was applied is there, as far as the engine knows.
	stands := func(l *lobby) { l.Stack.Resources, l.Stack.Held = l.Session.Resources, l.Session.Resources }
	applied := withRun(store.Run{Status: store.RunSucceeded, StartedAt: at(0), EndedAt: at(72 * time.Second)},
		`{"total":3,"done":3,"created":["vpc.main","compute_vm.web","database.db"]}`)
	never := func(l *lobby) { l.LastApply, l.Run.Progress = nil, nil }
	many := plan.Digest{}
	for i := range 40 {
		many.Add++
		many.Changes = append(many.Changes, plan.Change{Label: fmt.Sprintf("bucket.b%02d", i), Action: plan.Create})
	}
	// What an apply has left half made, of which some is to be replaced.
	halfMade := []string{"module.compute_vm-web.terraform_data.this", `module.database-db.terraform_data.this["a b"]`}
	unfinished := func(ticked ...int) func(*lobby) {
		return func(l *lobby) {
			l.Stack.Unfinished = halfMade
			for _, i := range ticked {
				l.Session.Replacing = append(l.Session.Replacing, halfMade[i])
			}
		}
	}
	interrupted := session.Failure{Phase: "apply", Interrupted: true, Summary: "Terraform was stopped before it had finished.", Unfinished: halfMade}
	why := func(l *lobby) { l.Session.Ending = &session.Note{By: "202", Reason: "it *hangs* @everyone", At: noon} }
	replaces := plan.Digest{Add: 1, Destroy: 1, Replace: 1, Changes: []plan.Change{
		{Address: halfMade[0], Label: "compute_vm.web", Action: plan.Replace, Reason: "its replacement was asked for"},
		{Address: halfMade[1], Label: `database.db["a b"]`, Action: plan.Create},
	}}
	for name, l := range map[string]lobby{
		"draft-empty":    sample(t, session.Draft, func(l *lobby) { l.Session.Resources, l.Session.Generation = nil, 0 }),
		"draft-standing": sample(t, session.Draft, all(stands, func(l *lobby) { l.Session.Generation = 0 })),
		"draft-problems": sample(t, session.Draft, func(l *lobby) {
			l.Session.Problems = []string{"database.db · Storage (GiB): 5 is not a whole number from 20 to 1000.", "compute_vm.web: ```\n# [look](http://evil.example) @everyone"}
		}),
		"planning-queued": sample(t, session.Planning, func(l *lobby) {
			l.Run, l.QueueAhead, l.Session.ExpiresAt = &store.Run{Status: store.RunQueued, CreatedAt: noon}, 2, nil
		}),
		"planning":             sample(t, session.Planning, func(l *lobby) { l.Run = &store.Run{Status: store.RunRunning, StartedAt: at(0)} }),
		"plan-ready":           sample(t, session.PlanReady, withPlan(creates("vpc.main", "compute_vm.web", "database.db"))),
		"plan-ready-approvals": sample(t, session.PlanReady, all(withPlan(creates("vpc.main")), approvals(2, "201"))),
		"plan-ready-nobody":    sample(t, session.PlanReady, all(withPlan(creates("vpc.main")), approvals(2), func(l *lobby) { l.Approvers = nil })),
		"plan-ready-destroys":  sample(t, session.PlanReady, withPlan(destroys())),
		"plan-ready-many":      sample(t, session.PlanReady, withPlan(many)),
		"plan-ready-nothing":   sample(t, session.PlanReady, withPlan(plan.Digest{Unchanged: 3})),
		"approved": sample(t, session.Approved, all(withRun(store.Run{Status: store.RunQueued}, "{}"), approvals(1, "201"), func(l *lobby) {
			l.QueueAhead, l.Session.ThreadID = 1, ""
		})),
		"applying": sample(t, session.Applying, withRun(store.Run{Status: store.RunRunning, StartedAt: at(0)}, halfDone)),
		"applying-cancelled": sample(t, session.Applying, withRun(store.Run{Status: store.RunRunning, StartedAt: at(-time.Hour),
			CancelRequestedAt: at(-10 * time.Second), CancelRequestedBy: new("201")}, halfDone)),
		"applying-force": sample(t, session.Applying, withRun(store.Run{Status: store.RunRunning, StartedAt: at(-time.Hour),
			CancelRequestedAt: at(-2 * time.Minute), CancelRequestedBy: new("201")}, halfDone)),
		"applying-forced": sample(t, session.Applying, all(withRun(store.Run{Status: store.RunRunning, StartedAt: at(-time.Hour),
			CancelRequestedAt: at(-2 * time.Minute), CancelRequestedBy: new("201"), ForceRequestedAt: at(-10 * time.Second), ForceRequestedBy: new("202")}, halfDone), why)),
		"applying-cancelled-idle": sample(t, session.Applying, withRun(store.Run{Status: store.RunRunning, StartedAt: at(-time.Hour),
			CancelRequestedAt: at(-10 * time.Second), CancelRequestedBy: new("201")}, `{"total":2,"done":1,"created":["vpc.main"]}`)),
		"failed-unsaved": sample(t, session.Failed, failed(session.Failure{Phase: "apply", Interrupted: true, Summary: "Terraform was stopped before it had finished.",
			Unfinished: halfMade[:1], Unsaved: halfMade[1:]})),
		"failed-unfinished":        sample(t, session.Failed, all(failed(interrupted), unfinished())),
		"failed-unfinished-ticked": sample(t, session.Failed, all(failed(interrupted), unfinished(1))),
		"failed-forced": sample(t, session.Failed, all(failed(interrupted), unfinished(), why, func(l *lobby) {
			l.Run.ForceRequestedAt = at(-10 * time.Second)
		})),
		"failed-plan-unfinished": sample(t, session.Failed, all(planFailed, unfinished(0, 1))),
		"planning-unfinished":    sample(t, session.Planning, all(unfinished(0), func(l *lobby) { l.Run = &store.Run{Status: store.RunRunning, StartedAt: at(0)} })),
		"plan-ready-replaces":    sample(t, session.PlanReady, all(withPlan(replaces), unfinished(0, 1))),
		"plan-ready-nameless": sample(t, session.PlanReady, all(withPlan(plan.Digest{Unchanged: 3}), func(l *lobby) {
			l.Stack.Unfinished = []string{`module.database-db.terraform_data.this["(sensitive)"]`}
		})),
		"plan-ready-unfinished": sample(t, session.PlanReady, all(withPlan(plan.Digest{Unchanged: 3}), unfinished())),
		"approved-replaces":     sample(t, session.Approved, all(withPlan(replaces), approvals(1, "201"), unfinished(0))),
		"unfinished-overflow": sample(t, session.PlanReady, all(withPlan(creates("vpc.main")), approvals(2, "201"), func(l *lobby) {
			l.Overridable, l.Denied = true, true
			l.Session.Resources = nil
			for i := range 40 {
				r := project.Resource{Kind: "bucket", Name: fmt.Sprintf("b%02d", i)}
				l.Session.Resources = append(l.Session.Resources, r)
				l.Stack.Unfinished = append(l.Stack.Unfinished, "module.bucket-"+r.Name+`.terraform_data.this["`+strings.Repeat("long ", 30)+`"]`)
			}
		})),
		"applied-no-outputs": sample(t, session.Applied, all(applied, stands)),
		"applied-gone":       sample(t, session.Applied, applied),
		"applied": sample(t, session.Applied, all(applied, stands, func(l *lobby) {
			l.Outputs = []orchestrator.Output{{Label: "compute_vm.web", Name: "private_ip", Value: "10.0.0.5"}, {Label: "database.db", Name: "password", Sensitive: true}}
		})),
		"failed-plan":       sample(t, session.Failed, planFailed),
		"failed-plan-again": sample(t, session.Failed, all(planFailed, before)),
		"failed-advice": sample(t, session.Failed, failed(session.Failure{Phase: "apply", Summary: "name is already used (uniqueness_error)", Resource: "vpc.main",
			Advice: "The cloud has something of this name already. Give the resource another name, or delete what is in the way if it is nobody's; then plan again."})),
		"failed-apply": sample(t, session.Failed, failed(session.Failure{Phase: "apply", Summary: "storage quota of 100 GiB exceeded in eu-1", Detail: "Error: quota", Resource: "database.db"})),
		"failed-host-lost": sample(t, session.Failed, all(
			failed(session.Failure{Phase: "apply", Interrupted: true, Summary: "The engine's host h1 was last heard of <t:1767225600:f>, while Terraform was at work there.", Unfinished: []string{"database.db"}}),
			withRun(store.Run{Status: store.RunLost, StartedAt: at(0)}, halfDone))),
		"failed-interrupted": sample(t, session.Failed, failed(session.Failure{Phase: "apply", Interrupted: true, Summary: "Terraform was stopped before it had finished.", Unfinished: []string{"database.db"}})),
		"failed-start":       sample(t, session.Failed, all(notStarted, never)),
		"failed-start-again": sample(t, session.Failed, all(notStarted, never, before)),
		"cancelled":          sample(t, session.Cancelled, nil),
		"cancelled-again":    sample(t, session.Cancelled, before),
		"cancelled-idle": sample(t, session.Cancelled, func(l *lobby) {
			l.LastApply = &store.Run{ID: 4, Kind: store.RunApply, Status: store.RunFailed}
		}),
		"cancelled-applying": sample(t, session.Cancelled, withRun(store.Run{Status: store.RunCancelled, StartedAt: at(0), EndedAt: at(9 * time.Second)}, halfDone)),
		"expired":            sample(t, session.Expired, nil),
		"expired-again":      sample(t, session.Expired, before),
		"overflow": sample(t, session.PlanReady, all(withPlan(many), approvals(5), func(l *lobby) {
			for i := range 40 {
				l.Session.Problems = append(l.Session.Problems, strings.Repeat("a long problem ", 20))
				l.Session.Resources = append(l.Session.Resources, project.Resource{Kind: "bucket", Name: fmt.Sprintf("b%02d", i),
					Values: map[string]any{"purpose": strings.Repeat("<@1> *purpose* `", 10)}})
			}
		})),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := l.picture()
			golden(t, "lobby/"+name, draw(p))
			if n := size(p.Embeds[0].Description); n > maxDescription {
				t.Errorf("the description has %d characters", n)
			}
			if len(p.Components) > 5 {
				t.Errorf("%d rows of components", len(p.Components))
			}
		})
	}
}

func TestFormsAndConfirmations(t *testing.T) {
	t.Parallel()
	kind := func(name string) catalog.Kind {
		k, ok := sandbox(t).Kind("sandbox", name)
		if !ok {
			t.Fatalf("no kind %s", name)
		}
		return k
	}
	vpcs := []project.Resource{{Kind: "vpc", Name: "a"}, {Kind: "vpc", Name: "b"}}
	vm := kind("compute_vm")
	for name, f := range map[string]form{
		"vpc":           {Session: "4kq2x7", Seen: 3, Kind: kind("vpc")},
		"vm-of-two":     {Session: "4kq2x7", Seen: 3, Kind: vm, stack: vpcs},
		"vm-of-two-2":   {Session: "4kq2x7", Seen: 3, Kind: vm, stack: vpcs, Page: 1},
		"vm-edit":       {Session: "4kq2x7", Seen: 3, Kind: vm, Editing: "compute_vm.web", Raw: map[string]string{"name": "web", "size": "large", "disk_gib": "50", "public_ip": "true"}},
		"vm-correction": {Session: "4kq2x7", Seen: 3, Kind: vm, Raw: map[string]string{"name": "Wéb ${file(\"/etc/passwd\")}", "size": "huge", "disk_gib": "many", "public_ip": "perhaps"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, "form/"+name, drawModal(f.modal(f.route().String())))
		})
	}
	r := route{Session: "4kq2x7", Verb: verbConfirm, Seen: 3}
	golden(t, "form/confirm", drawModal(confirmForm(r, "web")))
	r.Verb = verbForce
	golden(t, "form/force", drawModal(forceForm(r, "web")))
	_, faults := vm.Check(map[string]string{"name": "W`eb", "size": "huge", "disk_gib": "${file(\"/etc/passwd\")}", "public_ip": "perhaps", "image": strings.Repeat("x\n", 1000)})
	golden(t, "form/faults", faultText(faults)+"\n")
}

func TestThreadMessages(t *testing.T) {
	t.Parallel()
	running := sample(t, session.Applying, withRun(store.Run{Status: store.RunRunning, StartedAt: at(0)}, halfDone))
	golden(t, "thread/progress", draw(running.progressPicture()))
	running.Run.CancelRequestedAt, running.Run.CancelRequestedBy = at(-10*time.Second), new("201")
	golden(t, "thread/progress-stopping", draw(running.progressPicture()))
	ended := func(status store.RunStatus, p string, more func(*lobby)) lobby {
		return sample(t, session.Applied, all(withRun(store.Run{Status: status, StartedAt: at(0), EndedAt: at(72 * time.Second)}, p), more))
	}
	outputs := func(l *lobby) {
		l.Outputs = []orchestrator.Output{{Label: "compute_vm.web", Name: "private_ip", Value: "10.0.0.5"}, {Label: "database.db", Name: "password", Sensitive: true}}
	}
	fails := func(f session.Failure) func(*lobby) { return func(l *lobby) { l.Session.Failure = &f } }
	lots := func(l *lobby) {
		for i := range 60 {
			l.Outputs = append(l.Outputs, orchestrator.Output{Label: fmt.Sprintf("bucket.b%02d", i), Name: "url", Value: strings.Repeat("https://example.com/", 20)})
		}
	}
	const done = `{"total":4,"done":4,"created":["vpc.main"],"changed":["compute_vm.web"],"destroyed":["database.db","bucket.old"]}`
	for name, l := range map[string]lobby{
		"applied":     ended(store.RunSucceeded, done, outputs),
		"applied-big": ended(store.RunSucceeded, done, lots),
		"failed": ended(store.RunFailed, halfDone, fails(session.Failure{Phase: "apply", Resource: "database.db", Summary: "storage quota exceeded",
			Detail: "Error: storage quota of 100 GiB exceeded in eu-1\n\n  with database.db,\n" + strings.Repeat("and so on ", 400)})),
		"cancelled":   ended(store.RunCancelled, halfDone, func(*lobby) {}),
		"interrupted": ended(store.RunInterrupted, halfDone, fails(session.Failure{Phase: "apply", Interrupted: true, Summary: "Terraform was stopped before it had finished.", Unfinished: []string{"database.db"}})),
		"forced": ended(store.RunInterrupted, halfDone, all(fails(session.Failure{Phase: "apply", Interrupted: true, Summary: "Terraform was stopped before it had finished.", Unfinished: []string{"module.database-db.terraform_data.this"}}), func(l *lobby) {
			l.Run.ForceRequestedAt, l.Session.Ending = at(-10*time.Second), &session.Note{By: "202", Reason: "it hangs", At: noon}
		})),
		"lost":     ended(store.RunLost, halfDone, fails(session.Failure{Phase: "apply", Interrupted: true, Summary: "The engine's host h1 was last heard of <t:1767225600:f>, while Terraform was at work there.", Unfinished: []string{"database.db"}})),
		"reported": ended(store.RunSucceeded, done, func(l *lobby) { l.Session.State = session.Failed }),
	} {
		p := l.result([]string{"100"}, 1)
		golden(t, "thread/result-"+name, draw(p))
		if n := size(p.Content); n > maxContent {
			t.Errorf("%s has %d characters", name, n)
		}
	}
	asks := sample(t, session.PlanReady, all(withPlan(creates("vpc.main")), func(l *lobby) { l.Needed = 2 }))
	golden(t, "thread/notice", draw(asks.notice([]string{"201", "202"}, []string{"301"})))
	golden(t, "thread/plan", draw(planPicture(sample(t, session.PlanReady, withPlan(destroys())).Session, project.Stack{}, "")))
	big := destroys()
	for i := range 50 {
		big.Changes = append(big.Changes, plan.Change{Label: fmt.Sprintf("bucket.b%02d", i), Action: plan.Create, Attributes: []plan.AttributeChange{{Name: "x", After: "y"}}})
	}
	golden(t, "thread/plan-file", draw(planPicture(sample(t, session.PlanReady, withPlan(big)).Session, project.Stack{}, "")))
}
