package discord

import (
	"context"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// completeList offers what may come next in a list with commas, after what is there.
func completeList(typed string, values []string) []choice {
	done, last := "", typed
	if i := strings.LastIndex(typed, ","); i >= 0 {
		done, last = typed[:i], typed[i+1:]
	}
	var chosen []string
	for part := range strings.SplitSeq(done, ",") {
		if part = strings.TrimSpace(part); part != "" {
			chosen = append(chosen, part)
		}
	}
	var choices []choice
	if len(chosen) == 0 && has("all", last) {
		choices = append(choices, choice{"all", "all"})
	}
	for _, v := range values {
		if !slices.Contains(chosen, v) && has(v, last) {
			list := strings.Join(append(slices.Clone(chosen), v), ", ")
			if size(list) > maxOptionText {
				break // Discord takes no longer value
			}
			choices = append(choices, choice{list, list})
		}
	}
	return choices
}

func completeRegions(ctx context.Context, c *call, o options) ([]choice, error) {
	p, chosen, err := c.project(ctx, project.Admin, o.text("project"))
	if !chosen {
		return nil, err
	}
	var names []string
	for _, r := range c.regions(p.Provider, nil, "") {
		names = append(names, r.value)
	}
	return completeList(o.text("regions"), names), nil
}

// completeDefaultRegion offers those that are allowed, or are to be.
func completeDefaultRegion(ctx context.Context, c *call, o options) ([]choice, error) {
	p, chosen, err := c.project(ctx, project.Admin, o.text("project"))
	if !chosen {
		return nil, err
	}
	if regions := givenList(o, "regions"); regions != nil {
		p.Regions = *regions
	}
	return c.regions(p.Provider, p.RegionAllowed, o.text("default_region")), nil
}

func completeKinds(ctx context.Context, c *call, o options) ([]choice, error) {
	p, chosen, err := c.project(ctx, project.Admin, o.text("project"))
	if !chosen {
		return nil, err
	}
	var names []string
	for _, k := range c.Orchestrator.Catalog().Kinds(p.Provider) {
		names = append(names, k.Name)
	}
	return completeList(o.text("kinds"), names), nil
}

func completeCredentials(ctx context.Context, c *call, o options) ([]choice, error) {
	p, chosen, err := c.project(ctx, project.Admin, o.text("project"))
	if !chosen {
		return nil, err
	}
	choices := c.profiles(p.Slug, p.Provider, o.text("credentials"))
	if p.Credentials != "" && has("none", o.text("credentials")) {
		choices = append([]choice{{"none", "none"}}, choices...)
	}
	return choices, nil
}

func completeFreeze(_ context.Context, _ *call, o options) ([]choice, error) {
	var choices []choice
	for _, v := range []string{"1h", "4h", "1d", "3d", "1w", untilEnded} {
		if has(v, o.text("freeze")) {
			choices = append(choices, choice{v, v})
		}
	}
	return choices, nil
}
