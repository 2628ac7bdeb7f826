package discord

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	deploy := func(m *discordsim.Member, c *discordsim.Channel, args discordsim.Args) string {
		t.Helper()
		return w.says(m.Slash(w.ctx, c, "cloud-deploy", args))
	}
	dev := discordsim.Args{"project": "dev"}
	thread := get(w.boss.Slash(w.ctx, w.ops, "cloud-deploy", dev))(w)
	get(thread.Reply(w.ctx))(w)
	mute := w.guild.NewTextChannel("mute")
	mute.Deny(w.self, discordsim.CreatePublicThreads|discordsim.SendMessagesInThreads)
	for name, c := range map[string]struct{ got, want string }{
		"no access":        {deploy(w.grace, w.ops, dev), "You have no access to `dev`. Nothing was changed. Ask for it: `/cloud-request project:dev level:deploy`"},
		"unknown project":  {deploy(w.ada, w.ops, discordsim.Args{"project": "`@everyone`"}), "There is no project `'@everyone'` in this server."},
		"another provider": {deploy(w.ada, w.ops, discordsim.Args{"project": "dev", "provider": "aws"}), "is on provider `sandbox`, not on `aws`"},
		"unknown region":   {deploy(w.ada, w.ops, discordsim.Args{"project": "dev", "regions": "mars-1"}), "There is no region `mars-1`"},
		"bad stack":        {deploy(w.ada, w.ops, discordsim.Args{"project": "dev", "stack": "${file(1)}"}), "A stack cannot be called `${file(1)}`"},
		"no threads here":  {deploy(w.ada, mute, dev), "it lacks **Create Public Threads**, **Send Messages in Threads** there"},
		"bad duration": {w.says(w.boss.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "view", "duration": "1y"})),
			"`duration` cannot be `1y`"},
		"grants":         {w.says(w.ada.Slash(w.ctx, w.ops, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "view"})), "does not let you administer it"},
		"cancel unknown": {w.says(w.ada.Slash(w.ctx, w.ops, "cloud-cancel", discordsim.Args{"deployment": "zzzzzz"})), "There is no deployment `zzzzzz` here"},
		"project again":  {w.says(w.boss.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "dev", "provider": "sandbox"})), "There is a project `dev` already"},
		"bad project id": {w.says(w.boss.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "De v", "provider": "sandbox"})), "`project_id` cannot be `De v`"},
	} {
		if !strings.Contains(c.got, c.want) {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
	if _, err := w.ada.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "x", "provider": "sandbox"}); err == nil {
		t.Error("ada is offered to create projects")
	}
}

// A deployment cannot be started in the thread of another.
func TestNoDeploymentInAThread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.approved(w.planned())
	thread := w.thread()
	got := w.says(w.ada.Slash(w.ctx, thread, "cloud-deploy", discordsim.Args{"project": "dev"}))
	if !strings.Contains(got, "a thread cannot hold another") || !strings.Contains(got, "<#"+w.ops.ID+">") {
		t.Errorf("refusal: %s", got)
	}
}

// A server that is not served gets no commands and no data, whoever asks.
func TestServesItsOwnServersOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	other := w.sim.NewGuild("Elsewhere")
	other.AddApplication(w.app, discordsim.Permissions(Permissions()))
	if names := other.Owner().Commands(other.NewTextChannel("general")); len(names) != 0 {
		t.Errorf("commands elsewhere: %v", names)
	}
	// A second bot on the same application registers its commands there.
	guest := w.newBot(func(o *Options) { o.Guilds = []string{other.ID}; o.HostID = "other" })
	w.must(guest.identify(w.ctx))
	guest.register(w.ctx, other.ID)
	mallory := other.Owner()
	room := other.NewTextChannel("room")
	got := w.says(mallory.Slash(w.ctx, room, "cloud-list", nil))
	if !strings.Contains(got, "This bot does not serve this server") {
		t.Errorf("refusal: %s", got)
	}
	choices := get(mallory.Complete(w.ctx, room, "cloud-deploy", nil, "project", ""))(w)
	if len(choices) != 0 {
		t.Errorf("choices elsewhere: %v", choices)
	}
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.says(w.boss.Slash(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "secret", "provider": "sandbox", "region": "us-1"}))
	w.deploy()
	offers := func(m *discordsim.Member, command string, args discordsim.Args, option, typed string) string {
		t.Helper()
		var values []string
		for _, c := range get(m.Complete(w.ctx, w.ops, command, args, option, typed))(w) {
			values = append(values, c.Value.(string))
		}
		return strings.Join(values, " ")
	}
	dev := discordsim.Args{"project": "dev"}
	id := w.session().ID
	for name, c := range map[string]struct{ got, want string }{
		"projects of ada":             {offers(w.ada, "cloud-deploy", nil, "project", ""), "dev"},
		"projects of the boss":        {offers(w.boss, "cloud-deploy", nil, "project", ""), "dev secret"},
		"projects of grace":           {offers(w.grace, "cloud-deploy", nil, "project", ""), ""},
		"typed":                       {offers(w.boss, "cloud-deploy", nil, "project", "S"), "secret"},
		"stacks":                      {offers(w.ada, "cloud-deploy", dev, "stack", "m"), "main m"},
		"stacks of others":            {offers(w.ada, "cloud-deploy", discordsim.Args{"project": "secret"}, "stack", ""), ""},
		"regions":                     {offers(w.ada, "cloud-deploy", dev, "regions", "europe"), "eu-1 eu-2"},
		"regions of others":           {offers(w.ada, "cloud-deploy", discordsim.Args{"project": "secret"}, "regions", ""), ""},
		"regions of a provider":       {offers(w.boss, "cloud-create-project", discordsim.Args{"provider": "sandbox"}, "region", "us"), "us-1"},
		"provider":                    {offers(w.ada, "cloud-deploy", dev, "provider", ""), "sandbox"},
		"deployments":                 {offers(w.ada, "cloud-cancel", nil, "deployment", "de"), id},
		"deployments of the boss":     {offers(w.boss, "cloud-cancel", nil, "deployment", ""), id},
		"deployments of grace":        {offers(w.grace, "cloud-cancel", nil, "deployment", ""), ""},
		"projects to grant of ada":    {offers(w.ada, "cloud-grant", nil, "project", ""), ""},
		"projects to list of ada":     {offers(w.ada, "cloud-list", nil, "project", ""), "dev"},
		"hostile":                     {offers(w.boss, "cloud-deploy", nil, "project", "%' or 1=1 --"), ""},
		"hostile stack is not new":    {offers(w.ada, "cloud-deploy", dev, "stack", "../x"), ""},
		"a stack that does not exist": {offers(w.ada, "cloud-deploy", dev, "stack", "web"), "web"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	if got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-list", nil)); !strings.Contains(got, "You have no deployment yet") {
		t.Errorf("empty list: %s", got)
	}
	for range 12 {
		w.says(w.ada.Slash(w.ctx, w.ops, "cloud-deploy", discordsim.Args{"project": "dev"}))
	}
	newest := w.session().ID
	in := get(w.ada.Slash(w.ctx, w.ops, "cloud-list", discordsim.Args{"project": "dev", "state": "DRAFT"}))(w)
	page := get(in.Reply(w.ctx))(w)
	lines := strings.Split(page.Text(), "\n")
	if len(lines) != 11 || !strings.Contains(lines[0], "12 in all · page 1 of 2") || !strings.Contains(lines[1], newest) {
		t.Fatalf("first page:\n%s", page.Text())
	}
	next := get(w.ada.Click(w.ctx, *page, "Older"))(w)
	page = get(next.Reply(w.ctx))(w)
	if lines := strings.Split(page.Text(), "\n"); len(lines) != 3 || !strings.Contains(lines[0], "page 2 of 2") || !page.Ephemeral() {
		t.Errorf("second page:\n%s", page.Text())
	}
	if _, err := w.ada.Click(w.ctx, *page, "Older"); err == nil {
		t.Error("there is a third page")
	}
	if got := w.says(w.ada.Slash(w.ctx, w.ops, "cloud-list", discordsim.Args{"state": "FAILED"})); !strings.Contains(got, "None of your deployments matches") {
		t.Errorf("no match: %s", got)
	}
}
