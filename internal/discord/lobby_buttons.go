package discord

import (
	"slices"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// moreValue is the option of a menu that has more than a menu holds.
const moreValue = "~more"

// A message holds so many rows, and a row so many buttons.
const maxRows, maxButtons = 5, 5

// components are what can be done now. What makes no sense any more is gone;
// what will make sense is disabled.
func (l lobby) components() []discordgo.MessageComponent {
	var rows []discordgo.MessageComponent
	for buttons := range slices.Chunk(l.buttons(), maxButtons) {
		rows = append(rows, row(buttons...))
	}
	if l.Session.Destroy {
		return rows // it does nothing else
	}
	switch l.Session.State {
	case session.Draft, session.Validating, session.Planning, session.PlanReady, session.Failed:
		rows = append(rows, l.menus()...)
		return rows[:min(len(rows), maxRows)]
	}
	return rows
}

func (l lobby) buttons() []discordgo.MessageComponent {
	refresh := button("Refresh", discordgo.SecondaryButton, l.to(verbRefresh))
	view := button("View plan", discordgo.SecondaryButton, l.to(verbView))
	cancel := button("Cancel", discordgo.SecondaryButton, l.to(verbCancel))
	switch s := l.Session; s.State {
	case session.Draft, session.Validating, session.Planning:
		buttons := []discordgo.MessageComponent{l.approve(true)}
		if len(s.Resources) > 0 || l.Stack.Exists() {
			buttons = append(buttons, refresh)
		}
		return append(buttons, cancel)
	case session.PlanReady:
		if s.Plan.Digest.Empty() {
			return []discordgo.MessageComponent{refresh, cancel}
		}
		buttons := []discordgo.MessageComponent{l.approve(l.shut())}
		if l.Overridable {
			buttons = append(buttons, button("Let it pass", discordgo.DangerButton, l.to(verbPass)))
		}
		return append(append(append(buttons, view, refresh), l.withdraw()...), cancel)
	case session.Approved:
		return append(append([]discordgo.MessageComponent{view}, l.withdraw()...), cancel)
	case session.Applying:
		return []discordgo.MessageComponent{l.stop(cancel), view}
	case session.Failed:
		again := button("Plan again", discordgo.PrimaryButton, l.to(verbRefresh))
		return []discordgo.MessageComponent{again, cancel}
	case session.Applied:
		return l.standing()
	}
	return nil
}

// standing is what can be done with a stack that something stands in.
func (l lobby) standing() []discordgo.MessageComponent {
	if !l.Stack.Stands() {
		return nil
	}
	buttons := []discordgo.MessageComponent{
		button("Change", discordgo.SecondaryButton, l.to(verbChange)),
		button("Destroy", discordgo.DangerButton, l.to(verbDestroy)),
	}
	if len(l.Outputs) > 0 {
		buttons = append(buttons, button("Outputs", discordgo.SecondaryButton, l.to(verbOutputs)))
	}
	return buttons
}

// to is the custom id of a verb on the plan as it is drawn.
func (l lobby) to(verb string) string {
	return route{Session: l.Session.ID, Verb: verb, Seen: l.Session.Generation}.String()
}

// approve is red for what destroys, also while there is no plan of it yet.
func (l lobby) approve(disabled bool) discordgo.Button {
	b := button(l.approveLabel(), discordgo.SuccessButton, l.to(verbApprove))
	if l.Session.Destroy {
		b.Style = discordgo.DangerButton
	}
	if p := l.Session.Plan; p != nil && p.Digest.Destructive() {
		b.Style, b.CustomID = discordgo.DangerButton, l.to(verbConfirm)
	}
	b.Disabled = disabled
	return b
}

func (l lobby) approveLabel() string { return "Approve & " + l.purpose() }

// withdraw is there while there is an approval to take back.
func (l lobby) withdraw() []discordgo.MessageComponent {
	if len(l.Session.Approvals) == 0 {
		return nil
	}
	return []discordgo.MessageComponent{button("Withdraw", discordgo.SecondaryButton, l.to(verbRevert))}
}

// stop is Cancel, nothing while Terraform is stopping, and Force stop when that
// takes too long.
func (l lobby) stop(cancel discordgo.Button) discordgo.Button {
	switch {
	case l.Run == nil || l.Run.CancelRequestedAt == nil:
		return cancel
	case l.Run.ForceRequestedAt != nil:
		b := button("Stopping by force", discordgo.DangerButton, l.to(verbForce))
		b.Disabled = true
		return b
	}
	b := button("Force stop", discordgo.DangerButton, l.to(verbForce))
	b.Disabled = l.Now.Before(l.Run.CancelRequestedAt.Add(l.Grace))
	return b
}

// menus make resources anew, add, edit and remove them.
func (l lobby) menus() []discordgo.MessageComponent {
	rows := l.replaceMenu()
	if options := l.kindOptions(); len(options) > 0 {
		rows = append(rows, row(menu("Add resource", l.to(verbAdd), options)))
	}
	if options := resourceOptions(l.Session.Resources); len(options) > 0 {
		rows = append(rows, row(menu("Edit", l.to(verbEdit), options)), row(menu("Remove", l.to(verbRemove), options)))
	}
	return rows
}

func menu(placeholder, customID string, options []discordgo.SelectMenuOption) discordgo.SelectMenu {
	return discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, Placeholder: placeholder, CustomID: customID, Options: fit(options)}
}

// fit leaves as many options as a menu holds; the last then leads to the rest.
func fit(options []discordgo.SelectMenuOption) []discordgo.SelectMenuOption {
	if len(options) <= maxOptions {
		return options
	}
	last := discordgo.SelectMenuOption{Label: "More …", Value: moreValue, Description: "Shows all of them."}
	return append(options[:maxOptions-1:maxOptions-1], last)
}

func (l lobby) kindOptions() []discordgo.SelectMenuOption {
	var options []discordgo.SelectMenuOption
	for _, k := range l.Kinds {
		options = append(options, option(k.Title, k.Name, k.Description))
	}
	return options
}

func resourceOptions(resources []project.Resource) []discordgo.SelectMenuOption {
	var options []discordgo.SelectMenuOption
	for _, r := range resources {
		options = append(options, option(r.Label(), r.Label(), ""))
	}
	return options
}

func option(label, value, description string) discordgo.SelectMenuOption {
	return discordgo.SelectMenuOption{Label: clip(printable(label), maxOptionText), Value: value, Description: clip(printable(description), maxOptionText)}
}
