package discord

import (
	"context"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// auditCommand is /cloud-audit.
func auditCommand() *command {
	return &command{
		definition: define("cloud-audit",
			textOption("project").completed().most(32),
			userOption("user"),
			textOption("action").completed().most(mostAction),
			textOption("since").completed().most(20),
			flagOption("export")),
		access: projectAdmin,
		run:    audit,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){
			"project": completeProject(project.Admin), "action": completeAction, "since": completeSince,
		},
	}
}

func audit(ctx context.Context, c *call, o options) (picture, error) {
	now, err := c.Store.Now(ctx)
	if err != nil {
		return picture{}, err
	}
	since, err := parseSince(o.text("since"), now)
	if err != nil {
		return picture{}, err
	}
	l := listing{List: listAudit, Project: o.text("project"), User: o.id("user"), What: o.text("action"), Since: since}
	if o.flag("export") {
		return c.exportAudit(ctx, l)
	}
	return c.auditTrail(ctx, l)
}

// auditFilter is what the person may read of what is asked for.
func (c *call) auditFilter(ctx context.Context, l listing) (store.AuditFilter, error) {
	projects, err := c.Orchestrator.Administered(ctx, c.request(), l.Project)
	return store.AuditFilter{GuildID: c.i.GuildID, Projects: projects, Actor: l.User, Action: l.What, Since: l.Since}, err
}

// auditTrail draws a page of who did what.
func (c *call) auditTrail(ctx context.Context, l listing) (picture, error) {
	filter, err := c.auditFilter(ctx, l)
	if err != nil {
		return picture{}, err
	}
	rows, total, err := c.Store.Trail(ctx, filter, l.part())
	if err != nil {
		return picture{}, err
	}
	return l.trail(rows, total), nil
}

func (l listing) trail(rows []store.AuditRow, total int) picture {
	if total == 0 {
		return text("The audit has nothing that matches. `/cloud-audit` without options shows all of it that you may see.")
	}
	var lines []string
	for _, r := range rows {
		lines = append(lines, auditLine(r))
	}
	return l.paged(l.filtered("**Audit**"), total, lines)
}

// completeAction offers what the audit has rows of, to those who may read any.
func completeAction(ctx context.Context, c *call, o options) ([]choice, error) {
	_, err := c.Orchestrator.Administered(ctx, c.request(), "")
	if usererr.Is(err, usererr.Denied) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	actions, err := c.Store.AuditActions(ctx, c.i.GuildID)
	var choices []choice
	for _, a := range actions {
		if has(a, o.text("action")) && len(choices) < maxOptions {
			choices = append(choices, choice{a, a})
		}
	}
	return choices, err
}

// completeSince offers spans that are often asked for, and what was typed if it
// can be read.
func completeSince(ctx context.Context, c *call, o options) ([]choice, error) {
	typed := o.text("since")
	var choices []choice
	for _, known := range []choice{{"1h · the last hour", "1h"}, {"24h · the last day", "24h"}, {"7d · the last week", "7d"}, {"30d · the last 30 days", "30d"}} {
		if has(known.label, typed) {
			choices = append(choices, known)
		}
	}
	now, err := c.Store.Now(ctx)
	if t, bad := parseSince(typed, now); bad == nil && !t.IsZero() && len(choices) == 0 {
		choices = append(choices, choice{typed + " · since " + t.UTC().Format("2006-01-02 15:04") + " UTC", typed})
	}
	return choices, err
}

// parseSince reads from when on: a span before now, or a day in UTC. Zero: from
// the beginning.
func parseSince(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, s); err == nil {
		return day, nil
	}
	span, err := parseLife(s)
	if err != nil {
		return time.Time{}, usererr.New(usererr.Invalid, "`since` cannot be %s: expected a span such as 24h, 7d or 4w, or a day such as 2026-07-31.", code(s, 20))
	}
	return now.Add(-span).Truncate(time.Second), nil
}

// exportAudit attaches all that matches as a file.
func (c *call) exportAudit(ctx context.Context, l listing) (picture, error) {
	filter, err := c.auditFilter(ctx, l)
	if err != nil {
		return picture{}, err
	}
	file := newAuditFile(mostFile)
	more := false
	err = c.Store.EachAudit(ctx, filter, func(r store.AuditRow) bool {
		more = !file.add(r)
		return !more
	})
	if err != nil {
		return picture{}, err
	}
	if file.rows == 0 {
		return l.trail(nil, 0), nil
	}
	title := l.filtered("**Audit**") + " · "
	p := text(title + "all " + count(file.rows, "row") + " that match, newest first, are in the file.")
	if more {
		p = text(title + "the newest " + count(file.rows, "row") + " are in the file, which cannot be larger than " + bytesText(mostFile) + ". Older ones match too: " +
			"they are left out. Ask for less with `project`, `user` or `action`.")
	}
	p.Files = []*discordgo.File{{Name: "audit.csv", ContentType: "text/csv; charset=utf-8", Reader: strings.NewReader(file.String())}}
	return p, nil
}
