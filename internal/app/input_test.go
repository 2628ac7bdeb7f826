package app_test

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/store"
)

func TestCommandsRefuseBadInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	for name, tc := range map[string]struct {
		who     *discordsim.Member
		command string
		args    discordsim.Args
		want    []string
	}{
		"unknown project":      {w.grace, "cloud-deploy", discordsim.Args{"project": "nope"}, []string{"no project `nope`", "/cloud-create-project"}},
		"hostile project":      {w.grace, "cloud-deploy", discordsim.Args{"project": "x` @everyone ${file(1)}"}, []string{"no project"}},
		"unknown region":       {w.grace, "cloud-deploy", discordsim.Args{"project": "dev", "regions": "mars-1"}, []string{"no region `mars-1`", "eu-1"}},
		"another provider":     {w.grace, "cloud-deploy", discordsim.Args{"project": "dev", "provider": "aws"}, []string{"`sandbox`", "`aws`"}},
		"bad stack name":       {w.grace, "cloud-deploy", discordsim.Args{"project": "dev", "stack": "Bad Name"}, []string{"Bad Name", "small letters"}},
		"project exists":       {w.ada, "cloud-create-project", discordsim.Args{"project_id": "dev", "provider": "sandbox"}, []string{"already"}},
		"bad project id":       {w.ada, "cloud-create-project", discordsim.Args{"project_id": "../etc", "provider": "sandbox"}, []string{"small letters"}},
		"grant beyond own":     {w.grace, "cloud-grant", discordsim.Args{"to": w.eve, "project": "dev", "level": "deploy"}, []string{"does not let you"}},
		"bad duration":         {w.ada, "cloud-grant", discordsim.Args{"to": w.eve, "project": "dev", "level": "view", "duration": "soon"}, []string{"soon", "2h"}},
		"cancel of nothing":    {w.grace, "cloud-cancel", discordsim.Args{"deployment": "zzzzzz"}, []string{"no deployment"}},
		"grant to the bot":     {w.ada, "cloud-grant", discordsim.Args{"to": w.guild.Owner(), "project": "none", "level": "view"}, []string{"no project `none`"}},
		"list without any yet": {w.eve, "cloud-list", nil, []string{"/cloud-deploy"}},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.command == "cloud-grant" && tc.who == w.grace {
				t.Skip("Discord does not offer it to her; the orchestrator's tests cover the check on the server")
			}
			in, err := tc.who.Slash(w.ctx, w.ops, tc.command, tc.args)
			if err != nil {
				t.Fatal(err)
			}
			reply, err := in.Reply(w.ctx)
			if err != nil {
				t.Fatal(err)
			}
			mention(t, reply.Text(), tc.want...)
			if !reply.Ephemeral() {
				t.Error("others see the refusal")
			}
		})
	}
	if n := len(w.ops.Messages(w.ada)); n > 0 {
		for _, m := range w.ops.Messages(w.ada) {
			if !m.Ephemeral() {
				t.Errorf("left in the channel: %s", m.Text())
			}
		}
	}
}

func TestDeployWhereItCannotWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	quiet := w.guild.NewTextChannel("quiet")
	bot := w.guild.AddApplication(w.bot, discordsim.DefaultPermissions)
	quiet.Deny(bot, discordsim.SendMessages)
	mention(t, w.replyIn(quiet, w.grace, "cloud-deploy", discordsim.Args{"project": "dev"}), "Send Messages")
	threadless := w.guild.NewTextChannel("threadless")
	threadless.Deny(bot, discordsim.CreatePublicThreads)
	mention(t, w.replyIn(threadless, w.grace, "cloud-deploy", discordsim.Args{"project": "dev"}), "Create Public Threads")

	w.applied(discordsim.Fields{"name": "main"})
	thread := w.ops.Threads()[0]
	mention(t, strings.ToLower(w.replyIn(thread, w.grace, "cloud-deploy", discordsim.Args{"project": "dev"})), "thread")

	if _, err := w.grace.Slash(w.ctx, w.grace.DM(w.bot), "cloud-deploy", discordsim.Args{"project": "dev"}); err == nil {
		t.Error("a direct message offers the command")
	}
}

func TestGuildThatIsNotServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	elsewhere := w.sim.NewGuild("Elsewhere")
	mallory := elsewhere.NewMember("mallory", discordsim.ManageGuild)
	elsewhere.AddApplication(w.bot, discordsim.DefaultPermissions)
	channel := elsewhere.NewTextChannel("general")
	if offered := mallory.Commands(channel); len(offered) > 0 {
		t.Errorf("another server is offered %v", offered)
	}
}

func TestFormWithEveryFieldWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	modal := w.form(w.grace, lobby, "Add resource", "database")
	wrong := discordsim.Fields{}
	for _, in := range modal.Inputs() {
		if !in.IsSelect() {
			wrong[in.CustomID] = `${file("/x")}`
		}
	}
	in, err := w.grace.SubmitUnchecked(w.ctx, modal, wrong)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := in.Reply(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for key := range wrong {
		field, _ := modal.Input(key)
		mention(t, reply.Text(), field.Name)
	}
	if !reply.Ephemeral() {
		t.Error("others see the faults")
	}
	if s := w.session(); len(s.Resources) > 0 {
		t.Errorf("resources: %v", s.Resources)
	}

	// Correct opens the form as it was typed.
	in, err = w.grace.Click(w.ctx, *reply, "Correct")
	if err != nil {
		t.Fatal(err)
	}
	again := in.Modal()
	if again == nil {
		t.Fatal("Correct opened no form")
	}
	right := discordsim.Fields{}
	for _, field := range again.Inputs() {
		if typed, ok := wrong[field.CustomID]; ok {
			if field.Value != typed {
				t.Errorf("%s: %q was typed, the form has %q", field.Name, typed, field.Value)
			}
			right[field.CustomID] = "20"
		}
	}
	right["name"] = "db"
	if _, err := w.grace.Submit(w.ctx, again, right); err != nil {
		t.Fatal(err)
	}
	w.ready(lobby, "1 to add")
}

func TestHostileValuesStayData(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	for _, value := range []string{`${file("/etc/passwd")}`, "%{ for x in [1] }", "a\"b", "line\nbreak", strings.Repeat("y", 2000), "```\n@everyone"} {
		in, err := w.grace.SubmitUnchecked(w.ctx, w.form(w.grace, w.newest(lobby), "Add resource", "bucket"), discordsim.Fields{"name": value})
		if err != nil {
			t.Fatal(err)
		}
		mention(t, w.said(in), "Name")
	}
	if s := w.session(); len(s.Resources) > 0 {
		t.Errorf("resources: %v", s.Resources)
	}
	for _, m := range append(w.ops.Messages(w.grace), w.ops.Messages(w.ada)...) {
		if m.MentionEveryone {
			t.Error("everyone was pinged")
		}
	}
}

func TestAuditTellsWhoDidWhat(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	w.applied(discordsim.Fields{"name": "main"})
	s := w.session()
	trail, err := w.app.Store.AuditTrail(w.ctx, w.guild.ID, "session/"+s.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range trail {
		who := map[string]string{w.grace.ID: "grace", store.Engine: "engine"}[r.Actor]
		got = append(got, who+" "+r.Action)
	}
	want := "grace session.start, grace session.add_resource, engine session.planned, grace session.approve, engine session.start_apply, engine session.applied"
	if strings.Join(got, ", ") != want {
		t.Errorf("audit: %s", strings.Join(got, ", "))
	}
}
