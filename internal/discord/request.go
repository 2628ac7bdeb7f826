package discord

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// requestCommand is /cloud-request.
func requestCommand() *command {
	return &command{
		definition: define("cloud-request",
			textOption("project").required().completed().most(32),
			textOption("level").required().choices(levelNames()...),
			textOption("why").required().most(maxReason),
			textOption("duration").most(10)),
		access: anybody,
		run: func(ctx context.Context, c *call, o options) (picture, error) {
			life, err := parseLife(o.text("duration"))
			if err != nil {
				return picture{}, err
			}
			return c.requestAccess(ctx, orchestrator.NewRequest{Project: o.text("project"), Level: o.text("level"), Life: life, Reason: o.text("why"), ChannelID: c.i.ChannelID})
		},
		complete: map[string]func(context.Context, *call, options) ([]choice, error){"project": completeAnyProject},
	}
}

// completeAnyProject offers every project that is not archived: one asks for what
// one cannot see yet.
func completeAnyProject(ctx context.Context, c *call, o options) ([]choice, error) {
	list, err := c.Store.AllProjects(ctx, c.i.GuildID, strings.ToLower(o.text("project")), maxOptions)
	var choices []choice
	for _, p := range list {
		choices = append(choices, choice{p.Slug + " · " + p.Provider, p.Slug})
	}
	return choices, err
}

// requestAccess asks, and says where it is decided.
func (c *call) requestAccess(ctx context.Context, in orchestrator.NewRequest) (picture, error) {
	if err := c.checkRequests(ctx, in); err != nil {
		return picture{}, err
	}
	r, err := c.Orchestrator.RequestAccess(ctx, c.request(), in)
	var pending *orchestrator.PendingError
	if errors.As(err, &pending) {
		return openRequest(pending.ID, c.publicText(ctx, err)), nil
	}
	if err != nil {
		return picture{}, err
	}
	return openRequest(r.ID, fmt.Sprintf("You asked for `%s` in `%s` %s. Its admins decide in <#%s>, and you are told by direct message.", r.Level, strings.TrimSpace(in.Project), lifeText(r.Life), r.ChannelID)), nil
}

// openRequest tells who asked that nobody has decided yet.
func openRequest(id int64, said string) picture {
	p := text(said, row(button("Cancel the request", discordgo.SecondaryButton, decisionRoute(id, verbCancel))))
	p.Request = id
	return p
}

// checkRequests refuses what could be shown to nobody: the bot can post neither
// where it is asked nor where requests are decided.
func (c *call) checkRequests(ctx context.Context, in orchestrator.NewRequest) error {
	if open, err := c.mayPost(ctx, in.ChannelID); open || err != nil {
		return err
	}
	where, err := c.Orchestrator.RequestsChannel(ctx, c.request(), in)
	if err != nil {
		return err
	}
	if where != in.ChannelID {
		if open, err := c.mayPost(ctx, where); open || err != nil {
			return err
		}
	}
	return usererr.New(usererr.Denied, "The bot cannot post in <#%s>, where this would be decided. Nothing was asked for. Somebody who manages the channel can allow it **View Channel** and **Send Messages** in the channel's settings, under Permissions; or ask in another channel.", where)
}

// mayPost reports whether the bot can post in a channel of the server.
func (c *call) mayPost(ctx context.Context, channelID string) (bool, error) {
	have := c.i.AppPermissions
	if channelID != c.i.ChannelID {
		var err error
		have, err = c.rest().UserChannelPermissions(c.i.AppID, channelID, discordgo.WithContext(ctx))
		if isShut(err) {
			return false, nil
		}
		if err != nil {
			return false, usererr.New(usererr.Unavailable, "Discord did not say whether the bot can post in <#%s>. Nothing was asked for. Try again in a minute.", channelID).Wrap(err)
		}
	}
	const needed = discordgo.PermissionViewChannel | discordgo.PermissionSendMessages
	return have&discordgo.PermissionAdministrator != 0 || have&needed == needed, nil
}

// What can be done with a request: q/<request>/<verb>.
const verbDecline = "decline"

func decisionRoute(id int64, verb string) string {
	return strings.Join([]string{"q", strconv.FormatInt(id, 10), verb}, "/")
}

func parseDecision(customID string) (id int64, ok bool) {
	parts := strings.Split(customID, "/")
	if len(parts) != 3 || parts[0] != "q" {
		return 0, false
	}
	return parseID(parts[1])
}

// requestMarker is the last line of the message that shows a request.
func requestMarker(id int64) string { return fmt.Sprintf("-# access request %d", id) }

// requestPicture is the message that shows a request, to those who decide.
func requestPicture(r orchestrator.AccessRequest, users, roles []string) picture {
	what := fmt.Sprintf("`%s` in `%s`", r.Level, r.Project.Slug)
	var head string
	switch r.State {
	case project.RequestPending:
		head = fmt.Sprintf("🔑 **%s asks for %s** %s · %s", mention(r.UserID), what, askedFor(r), relative(r.CreatedAt))
	case project.RequestApproved:
		head = fmt.Sprintf("✅ **%s has %s** · %s · approved by %s %s", mention(r.UserID), what, grantedText(r), mention(value(r.DecidedBy)), relative(value(r.DecidedAt)))
	case project.RequestDeclined:
		head = fmt.Sprintf("⚪ **%s asked for %s** · declined by %s %s", mention(r.UserID), what, mention(value(r.DecidedBy)), relative(value(r.DecidedAt)))
	case project.RequestCancelled:
		head = fmt.Sprintf("⚪ **%s asked for %s** · cancelled %s", mention(r.UserID), what, relative(value(r.DecidedAt)))
	}
	lines := []string{head, "> " + safe(r.Reason)}
	if r.Decision != "" {
		lines = append(lines, safe("Because: "+r.Decision))
	}
	var rows []discordgo.MessageComponent
	if r.State == project.RequestPending {
		lines = append(lines, decidedBy(r.Project, users, roles))
		rows = append(rows, row(button("Approve", discordgo.SuccessButton, decisionRoute(r.ID, verbApprove)), button("Decline", discordgo.SecondaryButton, decisionRoute(r.ID, verbDecline))))
	}
	p := text(strings.Join(append(lines, requestMarker(r.ID)), "\n"), rows...)
	p.Mentions, p.Roles = users, roles
	return p
}

// askedFor is how long the access would last that somebody decides about.
func askedFor(r orchestrator.AccessRequest) string {
	life, _ := policy.GrantLife(r.Project.Rules, r.Life)
	if life == 0 {
		return "without an end"
	}
	return lifeText(life)
}

// decidedBy names those who are asked.
func decidedBy(p project.Project, users, roles []string) string {
	var names []string
	for _, id := range users {
		names = append(names, mention(id))
	}
	for _, id := range roles {
		names = append(names, mentionRole(id))
	}
	if len(names) == 0 {
		return fmt.Sprintf("Decided by admins of `%s` and of this server.", p.Slug)
	}
	return fmt.Sprintf("Decided by admins of `%s`: %s.", p.Slug, strings.Join(names, ", "))
}

// grantedText is until when somebody has what they asked for, and that it is less.
func grantedText(r orchestrator.AccessRequest) string {
	if r.Grant == nil {
		return "granted"
	}
	said := policy.Until(r.Grant.ExpiresAt)
	if end := r.Grant.ExpiresAt; r.Life > 0 && end != nil && end.Before(r.Grant.GrantedAt.Add(r.Life)) {
		said += ", which is less than was asked for"
	}
	return said
}
