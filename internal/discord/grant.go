package discord

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// grantCommand is /cloud-grant.
func grantCommand() *command {
	return &command{
		definition: define("cloud-grant",
			userOption("user").required(),
			textOption("project").required().completed().most(32),
			textOption("level").required().choices(levelNames()...),
			textOption("duration").most(10)),
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
	user := o.user("user")
	if user == nil {
		return picture{}, usererr.New(usererr.Invalid, "No user was chosen. Nothing was changed. Pick somebody of this server.")
	}
	life, err := parseLife(o.text("duration"))
	if err != nil {
		return picture{}, err
	}
	g, err := c.Orchestrator.Grant(ctx, c.request(), orchestrator.NewGrant{
		Project: o.text("project"), UserID: user.ID, Bot: user.Bot, Level: o.text("level"), Life: life,
	})
	if err != nil {
		return picture{}, err
	}
	return text(grantText(g.Grant, o.text("project"), life)), nil
}

// grantText says what somebody has now, and until when: that may be earlier than
// what was asked for (0: no end).
func grantText(g project.Grant, slug string, life time.Duration) string {
	until := "until somebody changes it"
	if g.ExpiresAt != nil {
		until = fmt.Sprintf("until <t:%d:f>", g.ExpiresAt.Unix())
		if life == 0 || g.ExpiresAt.Before(g.GrantedAt.Add(life)) {
			until += ", when your own access ends"
		}
	}
	return fmt.Sprintf("%s has `%s` in `%s`, %s.", mention(g.UserID), g.Level, slug, until)
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
