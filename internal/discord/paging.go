package discord

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// How much of a list a message shows. Ten rows of this width, below a title, are
// what a message holds.
const (
	listPage = 10
	rowWidth = 180
)

// The lists that are shown page by page.
const (
	listMine     = "mine"
	listAdmin    = "admin"
	listProjects = "projects"
	listAudit    = "audit"
	listQuotas   = "quotas"
)

// listing is a page of a list, and what was asked for of it. All of that is in
// the buttons that turn the pages: l/<list>/<page>/<project>/<user>/<what>/<since>.
type listing struct {
	List    string
	Page    int    // from 0
	Project string // slug
	User    string // id
	What    string // a state, or an action
	Since   time.Time
}

// to is the route to another page. Numbers are written short, so that it fits with
// the longest project and the longest action.
func (l listing) to(page int) string {
	user, since := "", ""
	if n, err := strconv.ParseUint(l.User, 10, 64); err == nil {
		user = strconv.FormatUint(n, 36)
	}
	if !l.Since.IsZero() {
		since = strconv.FormatInt(l.Since.Unix(), 36)
	}
	return strings.Join([]string{"l", l.List, strconv.Itoa(page), l.Project, user, l.What, since}, "/")
}

// latest is the end of the year 9999, in Unix seconds.
const latest = 253402300799

func parseListing(customID string) (listing, bool) {
	parts := strings.Split(customID, "/")
	if len(parts) != 7 {
		return listing{}, false
	}
	page, ok := parseNumber(parts[2])
	l := listing{List: parts[1], Page: page, Project: parts[3], What: parts[5]}
	if parts[4] != "" {
		n, err := strconv.ParseUint(parts[4], 36, 64)
		ok = ok && err == nil
		l.User = strconv.FormatUint(n, 10)
	}
	if parts[6] != "" {
		n, err := strconv.ParseInt(parts[6], 36, 64)
		ok = ok && err == nil && n >= 0 && n <= latest
		l.Since = time.Unix(n, 0)
	}
	return l, ok
}

// mostAction is the longest name of an action.
const mostAction = 32

func (l listing) part() store.Page { return store.Page{Limit: listPage, Offset: l.Page * listPage} }

// turnPage shows another page in the place of the one that was pressed on.
func (c *call) turnPage(ctx context.Context, customID string, draw func(*call, context.Context, listing) (picture, error)) error {
	l, ok := parseListing(customID)
	if !ok {
		return errUnknownButton
	}
	if err := c.note(ctx); err != nil {
		return err
	}
	p, err := draw(c, ctx, l)
	if err != nil {
		return err
	}
	return c.replace(ctx, p)
}

// paged draws a page: a title, how many there are in all, the rows, what is said
// below them, and buttons to the other pages.
func (l listing) paged(title string, total int, rows []string, below ...string) picture {
	pages := (total + listPage - 1) / listPage
	title += fmt.Sprintf(" · %d in all", total)
	if pages > 1 {
		title += fmt.Sprintf(" · page %d of %d", l.Page+1, pages)
	}
	lines := []string{title}
	for _, r := range rows {
		lines = append(lines, clip(r, rowWidth))
	}
	p := text(strings.Join(append(lines, below...), "\n"))
	if pages > 1 || l.Page > 0 {
		newer, older := button("Newer", discordgo.SecondaryButton, l.to(max(0, l.Page-1))), button("Older", discordgo.SecondaryButton, l.to(l.Page+1))
		newer.Disabled, older.Disabled = l.Page == 0, l.Page >= pages-1
		p.Components = []discordgo.MessageComponent{row(newer, older)}
	}
	return p
}

// filtered says in a title what a list is limited to.
func (l listing) filtered(title string) string {
	if l.User != "" {
		title += " of " + mention(l.User)
	}
	if l.Project != "" {
		title += " in " + code(l.Project, 32)
	}
	if l.What != "" {
		what := code(l.What, 40)
		if name, ok := stateName(l.What); ok {
			what = name
		}
		title += " · " + what
	}
	if !l.Since.IsZero() {
		title += " · since " + moment(l.Since)
	}
	return title
}
