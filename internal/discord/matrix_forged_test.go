package discord

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// forgeries are custom ids that the bot never drew, or drew of something else.
func (s *scene) forgeries() []string {
	x := s.sessions["plan"]
	label := "vpc." + secret
	huge, older := "9223372036854775807", fmt.Sprint(x.Generation-1)
	return []string{
		"s", "s/", "s//approve/1", "s/" + x.ID, "s/" + x.ID + "/approve", "s/" + x.ID + "/APPROVE/1", "s/" + x.ID + "/approve/" + older,
		"s/" + x.ID + "/approve/-1", "s/" + x.ID + "/approve/" + huge, "s/" + x.ID + "/approve/" + huge + "0", "s/" + x.ID + "/approve/0x1", "s/" + x.ID + "/approve/1 ",
		"s/" + strings.ToUpper(x.ID) + "/approve/1", "s/' or 1=1 --/approve/1", "s/../../etc/passwd/approve/1", "s/\x00/approve/1", "s/%s/view/1", "s/${file(\"x\")}/approve/1",
		"s/" + strings.Repeat("a", 80) + "/approve/1", "s/" + s.sessions["draft"].ID + "/approve/" + huge, "s/" + x.ID + "/constructor/1",
		s.to("plan", verbForm, "", label, huge), s.to("plan", verbForm, "", "vpc.none", "0"), s.to("plan", verbForm, "", "\x00.x", "0"), s.to("plan", verbForm, "none"),
		s.to("plan", verbForm, "", label, "-1"), s.to("plan", verbForm, "../vpc"), "s/" + x.ID + "/edit/" + older, "s/" + x.ID + "/remove/" + older, "s/" + x.ID + "/refresh/" + older,
		"s/" + x.ID + "/cancel/" + older, s.to("plan", verbForce), s.to("plan", verbUnlock), s.to("plan", verbPass), s.to("stuck", verbApprove), s.to("lost", verbRefresh),
		"f", "f/", "f/none", "f/none/0/0", "f/" + s.draft + "/" + huge + "/0/0", "f/' or 1=1/0/0", "f/\x00", "f/../x/0/0",
		"q/0/approve", "q/-1/approve", "q/" + huge + "/approve", "q/" + huge + "/decline", "q/" + huge + "/cancel", "q/" + huge + "0/approve", "q/1;drop table grants/approve", "q/1/admin",
		"g/0/again", "g/-1/again", "g/" + huge + "/again", "g/" + huge + "0/again", "g/x/again", "g/1/approve",
		"l", "l/", "l/mine", "l/none/0////", "l/mine/-1////", "l/audit/0////", "l/audit/" + huge + "////", "l/audit/0/none///", "l/audit/0//zzzzzzzzzzzzzzzz//", "l/audit/0////zzzzzzzzzzzzzzzz",
		"l/audit/0/\x00///", "l/audit/0///\x00/", "l/admin/0///\x00/",
		"l/audit/0////1y2p0ij32e8e7", "l/audit/0////-1y2p0ij32e8e8", "l/audit/0//3w5e11264sgsf///", "l/mine/999999/' or 1=1//NONE/",
		"", "x", "/", "//", "\x00", strings.Repeat("/", 90), "😀/😀/😀/😀",
	}
}

// Whatever custom id somebody invents, with all rights or with none: it is refused
// in words, and changes nothing. Where time is short, each of these people tries each
// id, and between them they try it in every way.
func TestForgedCustomIDs(t *testing.T) {
	t.Parallel()
	s := newScene(t, circumstances{})
	m := &matrix{scene: s}
	const ways, few = 5, 2
	for who, name := range []string{"owner", theRequester, "no grant", theForeigner} {
		p := s.who(name)
		for which, id := range s.forgeries() {
			theID := func(*scene) string { return id }
			for how, do := range [ways]func(*scene, *persona) (*discordsim.Interaction, error){
				press(theID), press(theID, "~none"), press(theID, moreValue), press(theID, "\x00"),
				send(theID, discordsim.Fields{confirmField: "wrong", "name": "\x00", reasonField: "", unlockReason: "\x00"}),
			} {
				if os.Getenv("CLOUDENGINE_TEST_LONG") == "" && (few*who+which+how)%ways >= few {
					continue
				}
				came := m.does(deed{do: do}, p)
				if came.err != nil || came.text != "" && (!came.private || strings.Contains(came.text, "reference")) {
					t.Errorf("%s, way %d, %q: %s", name, how, id, came)
				}
			}
		}
		if changed := s.changed(); len(changed) > 0 {
			t.Errorf("%s changed %v", name, changed)
			s.restore()
		}
	}
}

// In a direct message there is nothing but asking again for what was one's own.
func TestForgedInADirectMessage(t *testing.T) {
	t.Parallel()
	s := newScene(t, circumstances{})
	asker := s.who(theAsker)
	get(s.boss.Click(s.ctx, *s.sees(s.ops, asker.Mention()+" asks for"), "Approve"))(s.world)
	dm := s.told(asker.Member, "You have `deploy` in `dev`")
	s.settle()
	s.kept = s.tables()
	for _, v := range verbTable() {
		ids := []string{strings.Replace(v.name, "/", "/1/", 1), v.name + "/0////", s.to("plan", strings.TrimPrefix(v.name, "s/"))}
		for _, id := range ids {
			m := *dm
			m.Components = []discordsim.Component{{Type: 1, Components: []discordsim.Component{{Type: 2, Style: discordsim.StyleSecondary, Label: "forged", CustomID: id}}}}
			for how, do := range map[string]func() (*discordsim.Interaction, error){
				"pressed": func() (*discordsim.Interaction, error) { return asker.Click(s.ctx, m, "forged") },
				"sent": func() (*discordsim.Interaction, error) {
					return asker.Forge(s.ctx, m, discordsim.Modal{Title: "forged", CustomID: id}, nil)
				},
			} {
				reply := get(get(insist(do))(s.world).Reply(s.ctx))(s.world)
				if text := reply.Text(); !strings.Contains(text, "Nothing was done") {
					t.Errorf("%s %q: %s", how, id, text)
				}
			}
		}
	}
	if changed := s.changed(); len(changed) > 0 {
		t.Errorf("changed %v", changed)
	}
}

// What is offered while one types tells nobody of what they may not see, and offers
// the project to whoever can go on.
func TestCompletionsOfEverybody(t *testing.T) {
	t.Parallel()
	s := newScene(t, circumstances{})
	m := &matrix{scene: s}
	known := []string{"dev"}
	for stack, x := range s.sessions {
		known = append(known, stack, x.ID)
	}
	for _, p := range s.personas {
		for _, c := range s.bot.commands {
			may := p.refusal == "" && p.standing >= max(project.View, m.least(deed{of: c.definition.Name}, p))
			for option := range c.complete {
				args := discordsim.Args{}
				for _, o := range c.definition.Options {
					if o.Name == "project" {
						args["project"] = "dev"
					}
				}
				var offered []string
				for _, choice := range get(insist(func() ([]discordsim.Choice, error) {
					return p.Complete(s.ctx, p.where, c.definition.Name, args, option, "")
				}))(s.world) {
					offered = append(offered, fmt.Sprint(choice.Value))
				}
				what := fmt.Sprintf("%s types %s of /%s and is offered %v", p.name, option, c.definition.Name, offered)
				switch sees := slices.ContainsFunc(offered, func(o string) bool { return slices.Contains(known, o) }); {
				case c.definition.Name == "cloud-request" && p.refusal == "":
					if !sees {
						t.Error(what)
					}
				case sees && (p.refusal != "" || p.standing == project.NoAccess), !sees && may && option == "project":
					t.Error(what)
				}
			}
		}
	}
}

// Whatever somebody types into an option: it is taken as it is, or refused in
// words.
func TestForgedOptions(t *testing.T) {
	t.Parallel()
	s := newScene(t, circumstances{})
	for _, typed := range []string{"\x00'--", "'; drop", "%s%n", "../..", "\u202e\u200b", "-1", "`@here`"} {
		for _, c := range s.bot.commands {
			args := discordsim.Args{}
			for _, o := range c.definition.Options {
				switch {
				case len(o.Choices) > 0 && o.Required:
					args[o.Name] = o.Choices[0].Value
				case o.Type == discordgo.ApplicationCommandOptionMentionable:
					args[o.Name] = s.guest
				case o.Type == discordgo.ApplicationCommandOptionString && len(o.Choices) == 0:
					args[o.Name] = typed
				}
			}
			in := get(insist(func() (*discordsim.Interaction, error) { return s.boss.Slash(s.ctx, s.ops, c.definition.Name, args) }))(s.world)
			if in.Modal() != nil {
				t.Errorf("%s opens a form", in)
				continue
			}
			if said := s.says(in, nil); strings.Contains(said, "reference") || strings.Contains(said, "@here") && !strings.Contains(said, "'@here'") {
				t.Errorf("%s: %s", in, said)
			}
			for option := range c.complete {
				get(insist(func() ([]discordsim.Choice, error) {
					return s.boss.Complete(s.ctx, s.ops, c.definition.Name, args, option, typed)
				}))(s.world)
			}
		}
	}
}

// Who may not is told so before anything is said about a channel that they named.
func TestRefusedBeforeTheChannelIsLookedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	w.guild.OfferAll(w.app, true)
	hidden := w.guild.NewPrivateChannel("hidden", w.ada)
	for command, args := range map[string]discordsim.Args{
		"cloud-settings":       {"requests_channel": hidden},
		"cloud-create-project": {"project_id": "x", "provider": "sandbox", "channel": hidden},
		"cloud-project":        {"project": "dev", "channel_add": hidden},
	} {
		if said := w.says(w.ada.Slash(w.ctx, w.ops, command, args)); !regexp.MustCompile(notAllowed).MatchString(said) {
			t.Errorf("/%s: %s", command, said)
		}
		mustSay(t, w.says(w.boss.Slash(w.ctx, w.ops, command, args)), "The bot cannot see")
	}
}
