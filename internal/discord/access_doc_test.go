package discord

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// accessTable is the README's: who may do what.
func accessTable(b *Bot) string {
	columns := []string{"no access", "`view`", "`deploy`", "`approve`", "`admin`", "admin of the server"}
	var out strings.Builder
	fmt.Fprintf(&out, "| | %s |\n| --- |%s\n", strings.Join(columns, " | "), strings.Repeat(" :-: |", len(columns)))
	for _, a := range []access{anybody, seer, deployer, decider, requester, approver, projectAdmin, guildAdmin, owner} {
		cells := make([]string, len(columns))
		for level := range cells {
			switch {
			case project.Level(level) >= a.least():
				cells[level] = "✓"
			case project.Level(level) >= a.leastOfOwner():
				cells[level] = "own"
			}
		}
		fmt.Fprintf(&out, "| %s | %s |\n", strings.Join(accessible(b, a), ", "), strings.Join(cells, " | "))
	}
	return out.String()
}

// accessible is what there is for some people, with a mark on what an archived
// project has not.
func accessible(b *Bot, a access) []string {
	var names []string
	add := func(of, label string) {
		if slices.ContainsFunc(deeds(), func(d deed) bool { return d.of == of && d.closed && d.access == "" }) {
			label += "\u00a0¹"
		}
		names = append(names, label)
	}
	for _, c := range b.commands {
		if c.access == a {
			add(c.definition.Name, "`/"+c.definition.Name+"`")
		}
	}
	for _, v := range b.verbs {
		if v.access == a && !strings.HasPrefix(v.name, "l/") { // pages are for whom the list is for
			add(v.name, v.label)
		}
	}
	return names
}

func TestReadmeShowsWhoMayDoWhat(t *testing.T) {
	b := mustBot(t)
	document(t, "../../README.md", func(have string) string {
		const from, to = "<!-- access -->\n", "<!-- /access -->"
		before, rest, ok := strings.Cut(have, from)
		_, after, ok2 := strings.Cut(rest, to)
		if !ok || !ok2 {
			t.Fatal("the README has no place for who may do what")
		}
		return before + from + accessTable(b) + to + after
	})
}

// Whoever has more may do all that less gives, and owning something never takes a
// right away.
func TestAccessGrowsWithTheLevel(t *testing.T) {
	t.Parallel()
	b := mustBot(t)
	var known []access
	for _, c := range b.commands {
		known = append(known, c.access)
	}
	for _, v := range b.verbs {
		known = append(known, v.access)
	}
	for _, a := range known {
		if a.leastOfOwner() > a.least() || a.least() > serverAdmin && a != owner {
			t.Errorf("%s: takes %d, of whose it is %d", a, a.least(), a.leastOfOwner())
		}
	}
	for _, v := range b.verbs { // a page is for whom the list is for
		if list, ok := strings.CutPrefix(v.label, "pages of `/"); ok {
			i := slices.IndexFunc(b.commands, func(c *command) bool { return c.definition.Name == strings.TrimSuffix(list, "`") })
			if i < 0 || b.commands[i].access != v.access {
				t.Errorf("%s is for %s", v.label, v.access)
			}
		}
	}
}
