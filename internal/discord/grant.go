package discord

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// maxReason is how long a reason may be.
const maxReason = 300

// grantCommand is /cloud-grant.
func grantCommand() *command {
	return &command{
		definition: define("cloud-grant",
			mentionOption("to").required(),
			textOption("project").required().completed().most(32),
			textOption("level").required().choices(levelNames()...),
			textOption("duration").most(10),
			textOption("reason").most(maxReason)),
		access: projectAdmin,
		run:    grant,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){
			"project": completeProject(project.Admin),
		},
	}
}

// levelNames are the levels that can be given, lowest first.
func levelNames() []string {
	var names []string
	for _, l := range project.Levels() {
		names = append(names, l.String())
	}
	return names
}

func grant(ctx context.Context, c *call, o options) (picture, error) {
	life, err := parseLife(o.text("duration"))
	if err != nil {
		return picture{}, err
	}
	in := orchestrator.NewGrant{Project: o.text("project"), Level: o.text("level"), Life: life, Reason: o.text("reason"), ChannelID: c.i.ChannelID}
	if user := o.user("to"); user != nil {
		in.UserID, in.Bot = user.ID, user.Bot
		if member := o.member("to"); member != nil {
			in.MemberSince = &member.JoinedAt
		} else {
			in.Absent = true
		}
	}
	if role := o.role("to"); role != nil {
		in.RoleID, in.Bot = role.ID, role.Managed
	}
	g, err := c.Orchestrator.Grant(ctx, c.request(), in)
	if err != nil {
		return picture{}, err
	}
	return text(grantText(g, in.Project)), nil
}

// whose is to whom a grant is.
func whose(g project.Grant) string {
	if g.RoleID != "" {
		return mentionRole(g.RoleID)
	}
	return mention(g.UserID)
}

// limitTexts say why a grant ends when it does.
var limitTexts = map[policy.Limit]string{
	policy.ByDefault: ", as the project has it for grants without a duration",
	policy.ByMaximum: ", the longest that the project allows",
	policy.ByGiver:   ", when your own access ends",
}

// grantText says what somebody has now, until when and why, and what it replaces.
func grantText(g orchestrator.Granted, slug string) string {
	said := fmt.Sprintf("%s has `%s` in `%s`, %s%s.", whose(g.Grant), g.Level, slug, policy.Until(g.ExpiresAt), limitTexts[g.Limit])
	if len(g.Before) > 0 {
		said += " Before: " + heldText(g.Before) + "."
	}
	if g.RoleID != "" {
		said += "\nWhoever can hand out that role in this server hands out this access with it."
	}
	return said
}

// heldText lists what grants give, and until when.
func heldText(grants []project.Grant) string {
	var parts []string
	for _, g := range grants {
		parts = append(parts, fmt.Sprintf("`%s` %s", g.Level, policy.Until(g.ExpiresAt)))
	}
	return strings.Join(parts, ", ")
}

// A duration is a number with its unit.
var (
	lifePattern = regexp.MustCompile(`^([0-9]{1,5})([mhdw])$`)
	lifeUnits   = map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
)

// longestLife keeps a slip of the finger from giving access for a lifetime.
const longestLife = 366 * 24 * time.Hour

// parseLife reads how long a grant holds; 0 for no end.
func parseLife(s string) (time.Duration, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "" {
		return 0, nil
	}
	m := lifePattern.FindStringSubmatch(s)
	if m != nil {
		n, err := strconv.Atoi(m[1])
		if d := time.Duration(n) * lifeUnits[m[2]]; err == nil && d > 0 && d <= longestLife {
			return d, nil
		}
	}
	return 0, usererr.New(usererr.Invalid, "`duration` cannot be %s: expected a number with m, h, d or w, up to a year, such as 30m, 2h, 3d or 1w. Nothing was changed.", code(s, 20))
}

// writeLife is how one types a duration; empty for none.
func writeLife(d time.Duration) string {
	for _, unit := range []string{"w", "d", "h", "m"} {
		if size := lifeUnits[unit]; d >= size && d%size == 0 {
			return strconv.Itoa(int(d/size)) + unit
		}
	}
	return ""
}

// lifeText is a duration in words: "for 2 hours".
func lifeText(d time.Duration) string {
	names := map[string]string{"w": "week", "d": "day", "h": "hour", "m": "minute"}
	typed := writeLife(d)
	if typed == "" {
		return "for as long as the project gives it"
	}
	n, _ := strconv.Atoi(typed[:len(typed)-1]) // as it was written above
	return "for " + count(n, names[typed[len(typed)-1:]])
}
