package discord

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"
	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// The form of what is used in a month: p/<project>/usage.
const verbUsage = "usage"

func usageRoute(slug string) string { return strings.Join([]string{"p", slug, verbUsage}, "/") }

// The fields of the form.
const (
	usageField = "usage"
	usageWhy   = "why"
)

// projectForm opens the form for usage where it is asked for. It stands alone: a
// change beside it would be one that nobody sees happen.
func projectForm(ctx context.Context, c *call, o options) (*discordgo.InteractionResponseData, error) {
	if !o.flag("usage") {
		return nil, nil
	}
	if len(o.values) > 2 {
		return nil, usererr.New(usererr.Invalid, "`usage` opens a form and changes nothing else. Nothing was changed. Give it with `project` alone.")
	}
	scope, err := c.Orchestrator.ProjectSettings(ctx, c.request(), o.text("project"))
	if err != nil {
		return nil, err
	}
	return usageForm(scope.Project), nil
}

// usageForm is filled in with what is set: over several lines, if that fits.
func usageForm(p project.Project) *discordgo.InteractionResponseData {
	set := ""
	if used := cost.Usage(p.Usage); len(used) > 0 {
		if set = used.JSON("  "); size(set) > orchestrator.MostUsage {
			set = used.JSON("")
		}
	}
	return &discordgo.InteractionResponseData{
		Title: clip("Usage a month in "+p.Slug, 45), CustomID: usageRoute(p.Slug),
		Components: []discordgo.MessageComponent{
			discordgo.Label{Label: "Quantities, as JSON", Description: "By resource type or address, then component. Empty: none is counted.", Component: discordgo.TextInput{
				CustomID: usageField, Style: discordgo.TextInputParagraph, Required: yes(false), MaxLength: orchestrator.MostUsage, Value: set,
				Placeholder: `{"aws_s3_bucket": {"storage": 100}}`,
			}},
			discordgo.Label{Label: "Why", Description: "For the audit.", Component: discordgo.TextInput{
				CustomID: usageWhy, Style: discordgo.TextInputShort, Required: yes(false), MaxLength: maxReason,
			}},
		},
	}
}

// usageSent sets what the form says. What is refused goes back with the reason: it
// was long to type.
func (c *call) usageSent(ctx context.Context, data discordgo.ModalSubmitInteractionData) error {
	parts := strings.Split(data.CustomID, "/")
	if len(parts) != 3 {
		return errUnknownButton
	}
	if err := c.think(ctx); err != nil {
		return err
	}
	typed := readForm(data)[usageField]
	done, err := c.Orchestrator.EditProject(ctx, c.request(), parts[1], orchestrator.ProjectEdit{Usage: &typed, Reason: typedReason(data, usageWhy)})
	if usererr.Is(err, usererr.Invalid) {
		p := c.refusal(ctx, err)
		p.Files = []*discordgo.File{{Name: "usage.json", ContentType: "application/json", Reader: strings.NewReader(typed)}}
		p.Alt = "What was typed"
		return c.say(ctx, p)
	}
	if err != nil {
		return err
	}
	return c.say(ctx, text(strings.Join(append(changeLines(done, c.received), "-# What is planned from now on is estimated with it."), "\n")))
}

// usageText is what is set, by resource type and address.
func usageText(used map[string]map[string]decimal.Decimal) string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(used)) {
		var parts []string
		for _, id := range slices.Sorted(maps.Keys(used[name])) {
			parts = append(parts, fmt.Sprintf("%s %s", strings.ReplaceAll(id, "_", " "), used[name][id]))
		}
		lines = append(lines, code(name, 100)+" "+strings.Join(parts, ", "))
	}
	if len(lines) == 0 {
		return "not counted"
	}
	return strings.Join(lines, "; ")
}
