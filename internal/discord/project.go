package discord

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// untilEnded is a freeze without an end of its own.
const untilEnded = "until ended"

// projectCommand is /cloud-project.
func projectCommand() *command {
	var enforcements []string
	var approvers []choice
	for _, l := range levelNames()[1:] { // who only sees does not approve
		approvers = append(approvers, choice{l, l})
	}
	for _, e := range project.Enforcements() {
		enforcements = append(enforcements, string(e))
	}
	return &command{
		definition: define("cloud-project",
			textOption("project").required().completed().most(32),
			textOption("regions").completed().most(500),
			textOption("default_region").completed().most(63),
			intOption("approvals", 0, project.MostApprovals),
			textOption("approver_level").titled(approvers...),
			roleOption("approver_role"),
			flagOption("requester_counts"),
			textOption("policies").choices(enforcements...),
			textOption("kinds").completed().most(500),
			textOption("credentials").completed().most(32),
			textOption("name_pattern").most(200),
			textOption("required_tags").most(300),
			channelOption("channel_add", discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews),
			channelOption("channel_remove"),
			flagOption("every_channel"),
			textOption("grant_default").most(10),
			textOption("grant_max").most(10),
			textOption("freeze").completed().most(20),
			flagOption("unfreeze"),
			flagOption("archived"),
			flagOption("usage"),
			textOption("reason").most(300)),
		access: projectAdmin,
		run:    editProject,
		form:   projectForm,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){
			"project": completeProject(project.Admin), "regions": completeRegions, "default_region": completeDefaultRegion,
			"kinds": completeKinds, "credentials": completeCredentials, "freeze": completeFreeze,
		},
	}
}

func editProject(ctx context.Context, c *call, o options) (picture, error) {
	edit, err := newEdit(o)
	if err != nil {
		return picture{}, err
	}
	slug := o.text("project")
	if edit.IsZero() {
		scope, err := c.Orchestrator.ProjectSettings(ctx, c.request(), slug)
		if err != nil {
			return picture{}, err
		}
		return text(strings.Join(append(settingLines(scope.Project, scope.Now), c.widthWarnings(ctx, scope)...), "\n")), nil
	}
	if edit.ChannelAdd != "" {
		if _, err := c.Orchestrator.ProjectSettings(ctx, c.request(), slug); err != nil {
			return picture{}, err // before anything is said about the channel
		}
		if err := c.checkVisible(ctx, edit.ChannelAdd); err != nil {
			return picture{}, err
		}
	}
	done, err := c.Orchestrator.EditProject(ctx, c.request(), slug, edit)
	if err != nil {
		return picture{}, err
	}
	lines := changeLines(done, c.received)
	if !slices.Equal(done.Before.Rules.Channels, done.After.Rules.Channels) {
		scope, err := c.Orchestrator.ProjectSettings(ctx, c.request(), slug)
		if err != nil {
			return picture{}, err
		}
		lines = append(lines, c.widthWarnings(ctx, scope)...)
	}
	if done.Before.Credentials != done.After.Credentials {
		c.checking(ctx, done.After, lines)
		lines = append(lines, c.checkIdentity(ctx, done.After)...)
	}
	return text(strings.Join(lines, "\n")), nil
}

// newEdit reads the options.
func newEdit(o options) (orchestrator.ProjectEdit, error) {
	edit := orchestrator.ProjectEdit{
		Regions: givenList(o, "regions"), DefaultRegion: o.text("default_region"),
		ApproverLevel: o.text("approver_level"), ApproverRole: o.id("approver_role"), RequesterCounts: givenFlag(o, "requester_counts"),
		Enforcement: o.text("policies"), Kinds: givenList(o, "kinds"), RequiredTags: givenList(o, "required_tags"),
		ChannelAdd: o.id("channel_add"), ChannelRemove: o.id("channel_remove"), EveryChannel: o.flag("every_channel"),
		Unfreeze: o.flag("unfreeze"), Archived: givenFlag(o, "archived"), Reason: o.text("reason"),
	}
	if o.given("approvals") {
		n := o.int("approvals")
		edit.Approvals = &n
	}
	edit.NamePattern, edit.Credentials = givenText(o, "name_pattern"), givenText(o, "credentials")
	var err error
	for _, life := range []struct {
		option string
		into   **time.Duration
	}{{"grant_default", &edit.GrantDefault}, {"grant_max", &edit.GrantMax}, {"freeze", &edit.Freeze}} {
		if *life.into, err = givenLife(o, life.option); err != nil {
			return edit, err
		}
	}
	return edit, nil
}

// givenText is a text that was given; empty where what is there is to be taken away.
func givenText(o options, name string) *string {
	if !o.given(name) {
		return nil
	}
	typed := o.text(name)
	if isNone(typed) {
		typed = ""
	}
	return &typed
}

// givenFlag is a yes or no that was given.
func givenFlag(o options, name string) *bool {
	if !o.given(name) {
		return nil
	}
	b := o.flag(name)
	return &b
}

// givenList is a list that was given: names with commas between them, or none.
func givenList(o options, name string) *[]string {
	if !o.given(name) {
		return nil
	}
	list := splitList(o.text(name))
	if len(list) == 0 || len(list) == 1 && isNone(list[0]) {
		list = []string{}
	}
	return &list
}

// isNone reports whether what was typed takes a rule away.
func isNone(s string) bool {
	return slices.Contains([]string{"", "all", "any", "none"}, strings.ToLower(s))
}

// givenLife is a duration that was given; 0 for one without an end.
func givenLife(o options, name string) (*time.Duration, error) {
	if !o.given(name) {
		return nil, nil
	}
	typed := o.text(name)
	if isNone(typed) && name != "freeze" || name == "freeze" && strings.EqualFold(typed, untilEnded) {
		return new(time.Duration), nil
	}
	d, err := parseLife(typed)
	if err != nil || d == 0 {
		other := "`none`"
		if name == "freeze" {
			other = "`" + untilEnded + "`"
		}
		return nil, usererr.New(usererr.Invalid, "`%s` cannot be %s: expected a number with m, h, d or w, up to a year, such as 2h, 3d or 1w, or %s. Nothing was changed.", name, code(typed, 20), other).Wrap(err)
	}
	return &d, nil
}
