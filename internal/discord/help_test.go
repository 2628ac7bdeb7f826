package discord

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

func seen(slug string, level project.Level, channels ...string) store.Seen {
	return store.Seen{Project: project.Project{Slug: slug, Provider: "sandbox", DefaultRegion: "eu-1", Rules: project.Rules{Channels: channels}}, Level: level}
}

// What three people read, in each language.
func TestGoldenHelp(t *testing.T) {
	t.Parallel()
	b := mustBot(t)
	for name, h := range map[string]situation{
		"admin":    {who: policy.Person{UserID: "1", GuildAdmin: true}, projects: []store.Seen{seen("dev", project.Admin)}},
		"deployer": {who: policy.Person{UserID: "2"}, projects: []store.Seen{seen("dev", project.Deploy), seen("prod", project.View)}},
		"stranger": {who: policy.Person{UserID: "3"}},
	} {
		drawn := map[discordgo.Locale]string{}
		for _, locale := range localesShown() {
			p := h.picture(b.texts, b.commands, locale)
			if n := size(p.Embeds[0].Description); n > maxDescription-100 {
				t.Errorf("%s in %s: %d characters", name, string(locale), n)
			}
			drawn[locale] = draw(p)
		}
		golden(t, "help/"+name+"-en", drawn[discordgo.EnglishUS])
		golden(t, "help/"+name+"-de", drawn[discordgo.German])
		golden(t, "help/"+name+"-es", drawn[discordgo.SpanishES])
		if drawn[discordgo.SpanishLATAM] != drawn[discordgo.SpanishES] || drawn[discordgo.French] != drawn[discordgo.EnglishUS] {
			t.Errorf("%s: another language than the person's", name)
		}
	}
}

func TestHelpNamesTheNextStep(t *testing.T) {
	t.Parallel()
	b := mustBot(t)
	const here = "7"
	open := func(state session.State) *store.Listed {
		return &store.Listed{Project: "dev", Stack: "web", State: state, ChannelID: "9"}
	}
	for name, c := range map[string]struct {
		h    situation
		want string
	}{
		"an admin without a project": {situation{who: policy.Person{GuildAdmin: true}}, "/cloud-create-project"},
		"a stranger":                 {situation{}, "/cloud-request"},
		"a stranger who asked":       {situation{waiting: true}, "waits for an admin"},
		"a viewer":                   {situation{projects: []store.Seen{seen("prod", project.View)}}, "`/cloud-request project:prod level:deploy`"},
		"a viewer who asked":         {situation{waiting: true, projects: []store.Seen{seen("prod", project.View)}}, "waits for an admin"},
		"a deployer":                 {situation{projects: []store.Seen{seen("a", project.View), seen("dev", project.Deploy)}}, "`/cloud-deploy project:dev`"},
		"of a bound project, here":   {situation{projects: []store.Seen{seen("dev", project.Deploy, here)}}, "`/cloud-deploy project:dev`"},
		"of a bound project":         {situation{projects: []store.Seen{seen("dev", project.Deploy, "8")}}, "Deployments of `dev` open in <#8>"},
		"of both":                    {situation{projects: []store.Seen{seen("dev", project.Deploy, "8"), seen("web", project.Admin)}}, "`/cloud-deploy project:web`"},
		"with a draft":               {situation{open: open(session.Draft), projects: []store.Seen{seen("dev", project.Deploy)}}, "Go on with **dev · web** in <#9>"},
		"with a plan":                {situation{open: open(session.PlanReady)}, "The plan of **dev · web** is ready"},
	} {
		c.h.channel = here
		if got := c.h.next(b.texts, discordgo.EnglishUS); !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestMayUse(t *testing.T) {
	t.Parallel()
	all := []access{anybody, seer, requester, deployer, approver, projectAdmin, guildAdmin}
	for level, want := range map[project.Level][]access{
		project.NoAccess: {anybody},
		project.View:     {anybody, seer},
		project.Deploy:   {anybody, seer, requester, deployer},
		project.Approve:  {anybody, seer, requester, deployer, approver},
		project.Admin:    {anybody, seer, requester, deployer, approver, projectAdmin},
	} {
		for _, a := range all {
			levels := []project.Level{project.NoAccess, level}
			if got := mayUse(a, policy.Person{}, levels); got != slices.Contains(want, a) {
				t.Errorf("%s with %s: %t", a, level, got)
			}
			if !mayUse(a, policy.Person{GuildAdmin: true}, nil) {
				t.Errorf("%s to the server's admin: refused", a)
			}
		}
	}
}

// Everybody is told what they may do, in the language of their Discord.
func TestHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	help := func(m *discordsim.Member) string {
		t.Helper()
		return w.says(m.Slash(w.ctx, w.ops, "cloud-help", nil))
	}
	if got := help(w.boss); !strings.Contains(got, "Create the first project") || !strings.Contains(got, "/cloud-unlock") {
		t.Errorf("the owner at the beginning: %s", got)
	}
	w.project()
	w.ada.SetLocale("de")
	w.grace.SetLocale("es-419")
	if got := help(w.ada); !strings.Contains(got, "Dein Zugriff: `dev` (deploy)") || !strings.Contains(got, "/cloud-deploy project:dev") || strings.Contains(got, "/cloud-unlock") {
		t.Errorf("a deployer: %s", got)
	}
	if got := help(w.grace); !strings.Contains(got, "Todavía no tienes acceso") || strings.Contains(got, "dev") || strings.Contains(got, "`/cloud-deploy`") {
		t.Errorf("a stranger: %s", got)
	}
	w.deploy()
	if got := help(w.ada); !strings.Contains(got, fmt.Sprintf("Mach mit **dev · main** in <#%s> weiter", w.ops.ID)) {
		t.Errorf("with a draft: %s", got)
	}
}
