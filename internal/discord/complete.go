package discord

import (
	"context"
	"fmt"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// completeProject offers the projects in which the person has the level.
func completeProject(level project.Level) func(context.Context, *call, options) ([]choice, error) {
	return func(ctx context.Context, c *call, o options) ([]choice, error) {
		list, err := c.projects(ctx, level, o.text("project"))
		var choices []choice
		for _, p := range list {
			choices = append(choices, choice{p.Slug + " · " + p.Provider, p.Slug})
		}
		return choices, err
	}
}

// projects are those that start with what was typed and that the person may see.
func (c *call) projects(ctx context.Context, level project.Level, typed string) ([]project.Project, error) {
	who := c.person()
	return c.Store.VisibleProjects(ctx, c.i.GuildID, who, level, strings.ToLower(strings.TrimSpace(typed)), maxOptions)
}

// project is one that the person may see.
func (c *call) project(ctx context.Context, level project.Level, slug string) (project.Project, bool, error) {
	list, err := c.projects(ctx, level, slug)
	for _, p := range list {
		if p.Slug == strings.TrimSpace(slug) {
			return p, true, err
		}
	}
	return project.Project{}, false, err
}

// stackChoice is a stack with its regions, as far as there is room to name them.
func stackChoice(st store.ListedStack) choice {
	label := st.Name + " · " + strings.Join(st.Regions, ", ")
	end := " · " + count(st.Resources, "resource")
	for left := 1; left < len(st.Regions) && size(label+end) > maxOptionText; left++ {
		label = fmt.Sprintf("%s · %s and %d more", st.Name, strings.Join(st.Regions[:len(st.Regions)-left], ", "), left)
	}
	return choice{label + end, st.Name}
}

// regions are a provider's whose name or title has what was typed, and which are
// allowed.
func (c *call) regions(provider string, allowed func(string) bool, typed string) []choice {
	p, ok := c.Orchestrator.Catalog().Provider(provider)
	if !ok {
		return nil
	}
	var choices []choice
	for _, r := range p.Regions {
		if allowed == nil || allowed(r.Name) {
			if has(r.Name, typed) || has(r.Title, typed) {
				label := r.Name
				if r.Title != r.Name { // as of one that is new to us
					label += " · " + r.Title
				}
				choices = append(choices, choice{label, r.Name})
			}
		}
	}
	return choices
}

// profiles are the credentials profiles that a project may name.
func (c *call) profiles(slug, provider, typed string) []choice {
	var choices []choice
	for _, name := range c.Orchestrator.Profiles(c.i.GuildID, slug, provider) {
		if has(name, typed) {
			choices = append(choices, choice{name, name})
		}
	}
	return choices
}

// has reports whether a text has what was typed somewhere in it.
func has(s, typed string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(strings.TrimSpace(typed)))
}
