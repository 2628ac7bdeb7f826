package discord

import (
	"context"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// verb is what a button, a menu or a form does. Custom ids name it; one that is
// not in the table, or not of the kind that was used, is refused.
type verb struct {
	name   string // see verbOf
	label  string // what people press or send
	access access
	press  pressed // of a button or a menu
	send   sent    // of a form
	direct bool    // also in a direct message
}

type (
	pressed func(*call, context.Context, discordgo.MessageComponentInteractionData) error
	sent    func(*call, context.Context, discordgo.ModalSubmitInteractionData) error
)

// verbTable lists everything that can be pressed or sent.
func verbTable() []verb {
	return []verb{
		{name: "l/" + listMine, label: "pages of `/cloud-list`", access: anybody, press: onPage((*call).myDeployments)},
		{name: "l/" + listProjects, label: "pages of `/cloud-projects`", access: anybody, press: onPage((*call).myProjects)},
		{name: "l/" + listQuotas, label: "pages of `/cloud-quota`", access: seer, press: onPage((*call).quotas)},
		{name: "l/" + listAdmin, label: "pages of `/cloud-admin-list`", access: projectAdmin, press: onPage((*call).allDeployments)},
		{name: "l/" + listAudit, label: "pages of `/cloud-audit`", access: projectAdmin, press: onPage((*call).auditTrail)},

		{name: "s/" + verbView, label: "**View plan**", access: seer, press: onLobby((*call).viewPlan)},
		{name: "s/" + verbAdd, label: "**Add resource**", access: deployer, press: onMenu((*call).add)},
		{name: "s/" + verbEdit, label: "**Edit**", access: deployer, press: onMenu((*call).edit)},
		{name: "s/" + verbRemove, label: "**Remove**", access: deployer, press: onMenu((*call).remove)},
		{name: "s/" + verbForm, label: "a resource's form, **More settings**", access: deployer, press: onLobby((*call).openMore), send: onForm((*call).submitForm)},
		{name: "s/" + verbRefresh, label: "**Refresh**, **Plan again**", access: deployer, press: onLobby((*call).refresh)},
		{name: "s/" + verbReplace, label: "**" + replaceLabel + "**", access: deployer, press: onPicks((*call).replaced)},
		{name: "s/" + verbApprove, label: "**Approve & Deploy**", access: decider, press: onLobby((*call).approve)},
		{name: "s/" + verbConfirm, label: "**Approve & Deploy** of what destroys", access: decider, press: onLobby((*call).askName), send: onForm((*call).confirmed)},
		{name: "s/" + verbRevert, label: "**Withdraw** of an approval", access: owner, press: onLobby((*call).withdraw)},
		{name: "s/" + verbPass, label: "**Let it pass**", access: projectAdmin, press: onLobby((*call).askReason), send: onForm((*call).passed)},
		{name: "s/" + verbCancel, label: "**Cancel**", access: requester, press: onLobby((*call).cancel)},
		{name: "s/" + verbForce, label: "**Force stop**", access: approver, press: onLobby((*call).askForce), send: onForm((*call).forced)},
		{name: "s/" + verbChange, label: "**Change**", access: deployer, press: onStack(project.Deploy, deployOnce)},
		{name: "s/" + verbDestroy, label: "**Destroy**", access: deployer, press: onStack(project.Deploy, destroyOnce)},
		{name: "s/" + verbOutputs, label: "**Outputs**", access: seer, press: onStack(project.View, showOutputs)},
		{name: "s/" + verbUnlock, label: "the form of `/cloud-unlock`", access: guildAdmin, send: onForm((*call).unlocked)},

		{name: "f", label: "**Correct** of what was typed", access: owner, press: (*call).correct, send: (*call).submitCorrection},

		{name: "q/" + verbApprove, label: "**Approve** of a request", access: projectAdmin, press: onRequest((*call).grantRequest)},
		{name: "q/" + verbDecline, label: "**Decline** of a request", access: projectAdmin, press: onRequest((*call).askDecline), send: (*call).declined},
		{name: "q/" + verbCancel, label: "**Cancel the request**", access: owner, press: onRequest((*call).cancelRequest)},
		{name: "p/" + verbUsage, label: "the form of `/cloud-project usage`", access: projectAdmin, send: (*call).usageSent},
		{name: "g/" + verbAgain, label: "**Ask again** for what ends", access: owner, press: (*call).askAgain, send: (*call).askedAgain, direct: true},
	}
}

// verbOf is the verb that a custom id names: s/<session>/<verb>/… of a lobby,
// q/<request>/<verb>, g/<grant>/<verb>, p/<project>/<verb>, l/<list>/… of a page, f/… of a form that
// was kept.
func verbOf(customID string) string {
	parts := strings.Split(customID, "/")
	at := 0
	switch parts[0] {
	case "s", "q", "g", "p":
		at = 2
	case "l":
		at = 1
	}
	if at == 0 || at >= len(parts) {
		return parts[0]
	}
	return parts[0] + "/" + parts[at]
}

// verb finds what a custom id leads to; one that leads nowhere is refused.
func (b *Bot) verb(customID string) verb {
	for _, v := range b.verbs {
		if v.name == verbOf(customID) {
			return v
		}
	}
	return verb{}
}

// onLobby reads the route of a lobby's button.
func onLobby(do func(*call, context.Context, route) error) pressed {
	return func(c *call, ctx context.Context, data discordgo.MessageComponentInteractionData) error {
		r, ok := parseRoute(data.CustomID)
		if !ok {
			return errUnknownButton
		}
		return do(c, ctx, r)
	}
}

// onMenu reads the route of a lobby's menu, and what was chosen in it. What leads to
// all choices shows them.
func onMenu(do func(c *call, ctx context.Context, r route, chosen string) error) pressed {
	return func(c *call, ctx context.Context, data discordgo.MessageComponentInteractionData) error {
		r, ok := parseRoute(data.CustomID)
		switch {
		case !ok || len(data.Values) == 0:
			return errUnknownButton
		case data.Values[0] == moreValue:
			return c.showAll(ctx, r)
		}
		return do(c, ctx, r, data.Values[0])
	}
}

// onPicks reads the route of a lobby's menu of which any number can be chosen.
func onPicks(do func(c *call, ctx context.Context, r route, chosen []string) error) pressed {
	return func(c *call, ctx context.Context, data discordgo.MessageComponentInteractionData) error {
		r, ok := parseRoute(data.CustomID)
		if !ok {
			return errUnknownButton
		}
		return do(c, ctx, r, data.Values)
	}
}

// onForm reads the route of a lobby's form.
func onForm(do func(*call, context.Context, route, discordgo.ModalSubmitInteractionData) error) sent {
	return func(c *call, ctx context.Context, data discordgo.ModalSubmitInteractionData) error {
		r, ok := parseRoute(data.CustomID)
		if !ok {
			return errUnknownButton
		}
		return do(c, ctx, r, data)
	}
}

// onPage reads which page of a list is asked for.
func onPage(draw func(*call, context.Context, listing) (picture, error)) pressed {
	return func(c *call, ctx context.Context, data discordgo.MessageComponentInteractionData) error {
		return c.turnPage(ctx, data.CustomID, draw)
	}
}

// onRequest reads which access request a button is about.
func onRequest(do func(c *call, ctx context.Context, id int64) error) pressed {
	return func(c *call, ctx context.Context, data discordgo.MessageComponentInteractionData) error {
		id, ok := parseDecision(data.CustomID)
		if !ok {
			return errUnknownButton
		}
		return do(c, ctx, id)
	}
}
