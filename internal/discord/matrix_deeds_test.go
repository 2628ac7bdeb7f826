package discord

import (
	"maps"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// deed is something that everybody tries.
type deed struct {
	of      string // the command, or the verb
	variant string
	sent    bool   // the form of the verb, not its button
	access  access // where it is another than that of the command or verb
	owner   string // whose it is
	general bool   // not about dev
	closed  bool   // not in an archived project
	do      func(s *scene, p *persona) (*discordsim.Interaction, error)
	// What who may do it gets: a form, or a text; and whether anything is another
	// then. Neither form nor text: it is done without a word.
	opens, changes bool
	says           string
	// already is what who has it anyway reads instead.
	already func(p *persona) string
}

func (d deed) name() string {
	name := d.of
	if d.sent {
		name += ", form"
	}
	if d.variant != "" {
		name += ", " + d.variant
	}
	return name
}

// args are a command's options, which may need the scene.
type args func(s *scene) discordsim.Args

func given(a discordsim.Args) args { return func(*scene) discordsim.Args { return a } }

func slash(name string, a args) func(*scene, *persona) (*discordsim.Interaction, error) {
	return func(s *scene, p *persona) (*discordsim.Interaction, error) {
		return p.Slash(s.ctx, p.where, name, a(s))
	}
}

// source is a message that somebody sees with a button in it that leads where they
// want: that of a lobby for who sees one, else one of their own.
func (s *scene) source(p *persona, customID string) (discordsim.Message, error) {
	if p.where == s.ops && strings.HasPrefix(customID, "s/") {
		return *s.lobby, nil
	}
	in, err := p.Slash(s.ctx, p.where, "cloud-help", nil)
	if err != nil {
		return discordsim.Message{}, err
	}
	m, err := in.Reply(s.ctx)
	if err != nil {
		return discordsim.Message{}, err
	}
	return *m, nil
}

// press uses a button with a custom id, or a menu with one when a value is chosen.
func press(customID func(*scene) string, chosen ...string) func(*scene, *persona) (*discordsim.Interaction, error) {
	return func(s *scene, p *persona) (*discordsim.Interaction, error) {
		id := customID(s)
		m, err := s.source(p, id)
		if err != nil {
			return nil, err
		}
		const button, menu = 2, 3
		c := discordsim.Component{Type: button, Style: discordsim.StyleSecondary, Label: "forged", CustomID: id}
		if len(chosen) > 0 {
			c = discordsim.Component{Type: menu, Placeholder: "forged", CustomID: id, Options: []discordsim.SelectOption{{Label: chosen[0], Value: chosen[0]}}}
		}
		m.Components = []discordsim.Component{{Type: 1, Components: []discordsim.Component{c}}}
		if len(chosen) > 0 {
			return p.Choose(s.ctx, m, "forged", chosen[0])
		}
		return p.Click(s.ctx, m, "forged")
	}
}

// send sends a form with a custom id.
func send(customID func(*scene) string, fields discordsim.Fields) func(*scene, *persona) (*discordsim.Interaction, error) {
	return func(s *scene, p *persona) (*discordsim.Interaction, error) {
		id := customID(s)
		m, err := s.source(p, id)
		if err != nil {
			return nil, err
		}
		const label, text = 18, 4
		form := discordsim.Modal{Title: "forged", CustomID: id}
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			form.Components = append(form.Components, discordsim.Component{Type: label, Label: key, Component: &discordsim.Component{Type: text, CustomID: key}})
		}
		return p.Forge(s.ctx, m, form, fields)
	}
}

// on is the custom id of a verb on one of the deployments.
func on(stack, verb string, more ...string) func(*scene) string {
	return func(s *scene) string { return s.to(stack, verb, more...) }
}

func onTheRequest(verb string) func(*scene) string {
	return func(s *scene) string { return decisionRoute(s.request, verb) }
}

func onTheGrant(s *scene) string { return againRoute(s.ended) }

func onTheDraft(s *scene) string { return "f/" + s.draft }

func page(list string) func(*scene) string {
	return func(*scene) string { return listing{List: list}.to(0) }
}

// deeds is all that can be done.
func deeds() []deed { return slices.Concat(commandDeeds(), adminDeeds(), lobbyDeeds(), otherDeeds()) }

// dev are options of which the first is the project.
func dev(more ...any) args {
	a := discordsim.Args{"project": "dev"}
	for i := 0; i < len(more); i += 2 {
		a[more[i].(string)] = more[i+1]
	}
	return given(a)
}

func theSession(stack string, more ...any) args {
	return func(s *scene) discordsim.Args {
		a := discordsim.Args{"deployment": s.sessions[stack].ID}
		for i := 0; i < len(more); i += 2 {
			a[more[i].(string)] = more[i+1]
		}
		return a
	}
}

func commandDeeds() []deed {
	return []deed{
		{of: "cloud-deploy", do: slash("cloud-deploy", dev("stack", "fresh")), closed: true, changes: true, says: "The deployment (opens|is open)"},
		{of: "cloud-deploy", variant: "destroy", do: slash("cloud-deploy", dev("stack", "standing", "destroy", true)), closed: true, changes: true, says: "Nothing is destroyed before"},
		{of: "cloud-list", general: true, do: slash("cloud-list", given(nil)), says: "Your deployments|You have no deployment yet"},
		{of: "cloud-show", do: slash("cloud-show", dev("stack", "plan")), says: "begun by"},
		{of: "cloud-cancel", owner: theRequester, do: slash("cloud-cancel", theSession("plan")), changes: true, says: "The deployment is cancelled"},
		{of: "cloud-projects", general: true, do: slash("cloud-projects", given(nil)), says: "Your projects|access to no project|There is no project"},
		{of: "cloud-quota", do: slash("cloud-quota", dev()), says: "Quota of"},
		{of: "cloud-quota", variant: "of somebody", access: projectAdmin, do: func(s *scene, p *persona) (*discordsim.Interaction, error) {
			return slash("cloud-quota", dev("user", s.whom(p)))(s, p)
		}, says: "Quota of"},
		{of: "cloud-request", do: slash("cloud-request", dev("level", "approve", "why", "more")), closed: true, changes: true, says: "You asked for", already: hasApprove},
		{of: "cloud-help", general: true, do: slash("cloud-help", given(nil)), says: "What you can do here"},
	}
}

// hasApprove is what they read who need not ask for it.
func hasApprove(p *persona) string {
	switch {
	case p.standing == serverAdmin:
		return "You are an admin of this server and can do everything"
	case p.standing >= project.Approve:
		return "You have .* already"
	case p.name == theAsker:
		return "nobody has decided yet"
	}
	return ""
}

// whom is somebody of the server in which the persona is.
func (s *scene) whom(p *persona) discordsim.User {
	if p.where == s.ops {
		return s.guest.User
	}
	return s.stranger.User
}

func adminDeeds() []deed {
	about := func(name string, more ...any) func(*scene, *persona) (*discordsim.Interaction, error) {
		return func(s *scene, p *persona) (*discordsim.Interaction, error) {
			return slash(name, dev(append(more, "to", s.whom(p))...))(s, p)
		}
	}
	return []deed{
		{of: "cloud-grant", do: about("cloud-grant", "level", "deploy"), changes: true, says: "has `deploy` in `dev`"},
		{of: "cloud-revoke", do: about("cloud-revoke"), changes: true, says: "no longer has `view`"},
		{of: "cloud-settings", general: true, do: slash("cloud-settings", given(nil)), says: "Access requests"},
		{of: "cloud-settings", variant: "change", general: true, do: func(s *scene, p *persona) (*discordsim.Interaction, error) {
			return slash("cloud-settings", given(discordsim.Args{"requests_channel": p.where}))(s, p)
		}, changes: true, says: "posted in"},
		{of: "cloud-create-project", general: true, do: slash("cloud-create-project", given(discordsim.Args{"project_id": "another", "provider": "sandbox"})), changes: true, says: "is created"},
		{of: "cloud-project", do: slash("cloud-project", dev()), says: "dev"},
		{of: "cloud-project", variant: "change", do: slash("cloud-project", dev("name_pattern", "^[a-z]+$")), changes: true, says: "→"},
		{of: "cloud-project", variant: "loosen", access: guildAdmin, do: slash("cloud-project", dev("policies", "advisory")), changes: true, says: "→"},
		{of: "cloud-project", variant: "usage", do: slash("cloud-project", dev("usage", true)), opens: true},
		{of: "cloud-set-quota", do: slash("cloud-set-quota", dev("limit", "stacks", "value", 50)), changes: true, says: "→ \\*\\*50"},
		{of: "cloud-admin-list", general: true, do: slash("cloud-admin-list", given(nil)), says: "Deployments|There is no deployment yet"},
		{of: "cloud-admin-list", variant: "of dev", do: slash("cloud-admin-list", dev()), says: "Deployments"},
		{of: "cloud-admin-cancel", do: slash("cloud-admin-cancel", theSession("plan", "reason", "not now")), changes: true, says: "The deployment is cancelled"},
		{of: "cloud-unlock", do: slash("cloud-unlock", dev("stack", "lost")), opens: true},
		{of: "cloud-audit", general: true, do: slash("cloud-audit", given(nil)), says: "Audit|The audit has nothing"},
		{of: "cloud-audit", variant: "of dev, as a file", do: slash("cloud-audit", dev("export", true)), says: "are in the file"},
		{of: "cloud-stats", general: true, do: slash("cloud-stats", given(nil)), says: "Last 30 days"},
		{of: "cloud-stats", variant: "of dev", do: slash("cloud-stats", dev()), says: "Last 30 days of dev"},
	}
}

func lobbyDeeds() []deed {
	label := "vpc." + secret
	named := func(stack string) discordsim.Fields { return discordsim.Fields{confirmField: stack} }
	return []deed{
		{of: "s/view", do: press(on("plan", verbView)), says: label},
		{of: "s/add", do: press(on("draft", verbAdd), "vpc"), closed: true, opens: true},
		{of: "s/add", variant: "all choices", access: seer, do: press(on("draft", verbAdd), moreValue), says: "choices"},
		{of: "s/edit", do: press(on("plan", verbEdit), label), closed: true, opens: true},
		{of: "s/remove", do: press(on("plan", verbRemove), label), closed: true, changes: true},
		{of: "s/form", do: press(on("plan", verbForm, "", label, "0")), closed: true, opens: true},
		{of: "s/form", sent: true, do: send(on("draft", verbForm, "vpc"), discordsim.Fields{catalog.NameField: "more"}), closed: true, changes: true},
		{of: "s/refresh", do: press(on("plan", verbRefresh)), closed: true, changes: true},
		{of: "s/replace", do: press(on("torn", verbReplace), torn), closed: true, changes: true},
		{of: "s/approve", owner: theRequester, do: press(on("plan", verbApprove)), closed: true, changes: true},
		{of: "s/confirm", owner: theRequester, do: press(on("doomed", verbConfirm)), closed: true, opens: true},
		{of: "s/confirm", sent: true, owner: theRequester, do: send(on("doomed", verbConfirm), named("doomed")), closed: true, changes: true},
		{of: "s/revert", owner: theRequester, do: press(on("approved", verbRevert)), changes: true},
		{of: "s/pass", do: press(on("denied", verbPass)), opens: true},
		{of: "s/pass", sent: true, do: send(on("denied", verbPass), discordsim.Fields{reasonField: "it is a test"}), changes: true},
		{of: "s/cancel", owner: theRequester, do: press(on("plan", verbCancel)), changes: true},
		{of: "s/cancel", variant: "of an apply", owner: theRequester, do: press(on("applying", verbCancel)), changes: true, says: "Terraform was asked to stop"},
		{of: "s/force", do: press(on("stuck", verbForce)), opens: true},
		{of: "s/force", sent: true, do: send(on("stuck", verbForce), discordsim.Fields{confirmField: "stuck", reasonField: "it hangs"}), changes: true},
		{of: "s/change", do: press(on("standing", verbChange)), closed: true, changes: true, says: "The deployment (opens|is open)"},
		{of: "s/destroy", do: press(on("standing", verbDestroy)), closed: true, changes: true, says: "Nothing is destroyed before"},
		{of: "s/outputs", do: press(on("standing", verbOutputs)), says: "10.0.0.0/16"},
		{of: "s/unlock", sent: true, do: send(on("lost", verbUnlock), discordsim.Fields{confirmField: "lost", unlockReason: "it burnt"}), changes: true, says: "is unlocked"},
	}
}

func otherDeeds() []deed {
	return []deed{
		{of: "l/mine", general: true, do: press(page(listMine)), says: "Your deployments|You have no deployment yet"},
		{of: "l/projects", general: true, do: press(page(listProjects)), says: "Your projects|access to no project|There is no project"},
		{of: "l/quotas", general: true, do: press(page(listQuotas)), says: "Quotas|access to no project"},
		{of: "l/admin", general: true, do: press(page(listAdmin)), says: "Deployments|There is no deployment yet"},
		{of: "l/audit", general: true, do: press(page(listAudit)), says: "Audit|The audit has nothing"},
		{of: "f", owner: theRequester, do: press(onTheDraft), closed: true, opens: true},
		{of: "f", sent: true, owner: theRequester, do: send(func(s *scene) string { return onTheDraft(s) + "/0/0" }, discordsim.Fields{catalog.NameField: "more"}), closed: true, changes: true},
		{of: "q/approve", do: press(onTheRequest(verbApprove)), closed: true, changes: true},
		{of: "q/decline", do: press(onTheRequest(verbDecline)), opens: true},
		{of: "q/decline", sent: true, do: send(onTheRequest(verbDecline), discordsim.Fields{declineField: "no"}), changes: true},
		{of: "q/cancel", owner: theAsker, do: press(onTheRequest(verbCancel)), changes: true, says: "The request is cancelled"},
		{of: "p/usage", sent: true, do: send(func(*scene) string { return usageRoute("dev") }, discordsim.Fields{usageField: `{"aws_s3_bucket": {"storage": 5}}`}), changes: true, says: "→ `aws_s3_bucket` storage 5"},
		{of: "g/again", owner: theExpired, do: press(onTheGrant), opens: true},
		{of: "g/again", sent: true, owner: theExpired, do: send(onTheGrant, discordsim.Fields{againLife: "2h", againWhy: "more"}), closed: true, changes: true, says: "You asked for"},
	}
}
