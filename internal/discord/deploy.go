package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// deployCommand is /cloud-deploy.
func deployCommand() *command {
	return &command{
		definition: define("cloud-deploy",
			textOption("project").required().completed().most(32),
			textOption("provider").completed().most(50),
			textOption("stack").completed().most(32),
			textOption("regions").completed().most(500),
			textOption("tags").most(1000),
			flagOption("destroy")),
		access: deployer,
		run:    deploy,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){
			"project": completeProject(project.Deploy), "provider": completeProvider, "stack": completeStack, "regions": completeStackRegions,
		},
	}
}

func deploy(ctx context.Context, c *call, o options) (picture, error) {
	return c.deployment(ctx, o, false)
}

// deployment opens a deployment; with once it answers with the one that is open already
// where that does the same.
func (c *call) deployment(ctx context.Context, o options, once bool) (picture, error) {
	tags, err := deployTags(o)
	if err != nil {
		return picture{}, err
	}
	if err := c.checkChannel(ctx); err != nil {
		return picture{}, err
	}
	sent, unsubscribe := c.Store.Subscribe(store.TopicOutbox, "")
	defer unsubscribe()
	s, err := c.Orchestrator.StartSession(ctx, c.request(), orchestrator.NewSession{
		Project: o.text("project"), Provider: o.text("provider"),
		Stack: o.text("stack"), Regions: splitList(o.text("regions")), ChannelID: c.i.ChannelID,
		Tags: tags, Destroy: o.flag("destroy"), Once: once,
	})
	var already *orchestrator.OpenError
	if errors.As(err, &already) {
		return c.openAlready(ctx, already, sent)
	}
	if err != nil {
		return picture{}, err
	}
	said := "The deployment opens below."
	if url := c.lobbyURL(ctx, s.ID, sent); url != "" {
		said = "The deployment is open: " + url
	}
	switch {
	case s.Destroy:
		said += "\nIts plan is being made. Nothing is destroyed before it is approved with the stack's name."
	case (len(tags) > 0 || len(s.Regions) > 0) && len(s.Resources) > 0:
		said += "\nPress **Refresh** there to plan what you gave here alone."
	}
	return text(said), nil
}

// openAlready leads to the deployment that is open.
func (c *call) openAlready(ctx context.Context, already *orchestrator.OpenError, sent <-chan struct{}) (picture, error) {
	url := c.lobbyURL(ctx, already.Session.ID, sent)
	if url == "" {
		return picture{}, already
	}
	who := mention(already.Session.Requester) + " has"
	if already.Session.Requester == c.request().Person.UserID {
		who = "You have"
	}
	return text(who + " opened this already: " + url), nil
}

// deployTags reads the tags that were typed.
func deployTags(o options) (map[string]string, error) {
	tags, err := project.ParseTags(o.text("tags"))
	var bad *project.TagError
	switch {
	case errors.As(err, &bad):
		return nil, usererr.New(usererr.Invalid, "`tags` cannot have %s. Expected %s. Nothing was started.", code(bad.Part, 60), project.TagRule).Wrap(err)
	case len(tags) > 0 && o.flag("destroy"):
		return nil, usererr.New(usererr.Invalid, "What is destroyed needs no tags. Nothing was started. Give one of `tags` and `destroy`.")
	}
	return tags, err
}

// lobbyURL waits a moment for the lobby to be posted.
func (c *call) lobbyURL(ctx context.Context, id string, sent <-chan struct{}) string {
	const patience = 2 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		s, err := c.Store.Session(ctx, id)
		if err != nil {
			return ""
		}
		if s.LobbyMessageID != "" {
			return messageURL(s.GuildID, s.ChannelID, s.LobbyMessageID)
		}
		select {
		case <-sent:
		case <-ctx.Done():
			return ""
		}
	}
}

func messageURL(guildID, channelID, messageID string) string {
	return fmt.Sprintf("https://discord.com/channels/%s/%s/%s", guildID, channelID, messageID)
}

// checkChannel refuses a channel in which a deployment could not be shown.
func (c *call) checkChannel(ctx context.Context) error {
	if missing := MissingPermissions(c.i.AppPermissions); len(missing) > 0 {
		return usererr.New(usererr.Denied, "The bot cannot show a deployment in <#%s>: it lacks **%s** there. Nothing was started. Somebody who manages the channel can allow it in the channel's settings, under Permissions; or use another channel.",
			c.i.ChannelID, strings.Join(missing, "**, **"))
	}
	channel, err := c.rest().Channel(c.i.ChannelID, discordgo.WithContext(ctx))
	if statusOf(err) == http.StatusForbidden {
		return usererr.New(usererr.Denied, "The bot cannot see <#%s>. Nothing was started. Somebody who manages the channel can let it in, in the channel's settings, under Permissions.", c.i.ChannelID).Wrap(err)
	}
	if err != nil {
		c.Logger.WarnContext(ctx, "a channel could not be looked at", slog.String("channel", c.i.ChannelID), slog.Any("error", err))
		return usererr.New(usererr.Unavailable, "Discord did not say what kind of channel this is. Nothing was started. Try again in a minute.").Wrap(err)
	}
	switch {
	case channel.IsThread():
		return usererr.New(usererr.Invalid, "A deployment opens a thread of its own, and a thread cannot hold another. Nothing was started. Run `/cloud-deploy` in <#%s>.", channel.ParentID)
	case channel.Type != discordgo.ChannelTypeGuildText && channel.Type != discordgo.ChannelTypeGuildNews:
		return usererr.New(usererr.Invalid, "A deployment opens a thread, and this kind of channel has none. Nothing was started. Run `/cloud-deploy` in a text channel.")
	}
	return nil
}

// completeProvider offers the project's, or every provider while there is none.
func completeProvider(ctx context.Context, c *call, o options) ([]choice, error) {
	p, chosen, err := c.project(ctx, project.Deploy, o.text("project"))
	var choices []choice
	for _, known := range c.Orchestrator.Catalog().Providers() {
		if (!chosen || known.Name == p.Provider) && has(known.Name+" "+known.Title, o.text("provider")) {
			choices = append(choices, choice{known.Title, known.Name})
		}
	}
	return choices, err
}

func completeStack(ctx context.Context, c *call, o options) ([]choice, error) {
	p, chosen, err := c.project(ctx, project.Deploy, o.text("project"))
	if !chosen {
		return nil, err
	}
	typed := o.text("stack")
	stacks, err := c.Store.StacksOf(ctx, c.i.GuildID, p.Slug, typed, maxOptions-1)
	destroy := o.flag("destroy")
	var choices []choice
	known := destroy // only what exists can be destroyed
	for _, st := range stacks {
		known = known || st.Name == typed
		if st.Exists || !destroy {
			choices = append(choices, stackChoice(st))
		}
	}
	if !known && project.ValidSlug(typed) {
		choices = append(choices, choice{typed + " (new)", typed})
	}
	return choices, err
}

// completeStackRegions goes on with a list of regions: of those that the project
// allows.
func completeStackRegions(ctx context.Context, c *call, o options) ([]choice, error) {
	p, chosen, err := c.project(ctx, project.Deploy, o.text("project"))
	if !chosen {
		return nil, err
	}
	return completeList(o.text("regions"), c.regions(p.Provider, p.RegionAllowed, "")), nil
}
