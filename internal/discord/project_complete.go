package discord

import (
	"context"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// completeList offers what may come next in a list with commas, after what is there.
func completeList(typed string, values []choice) []choice {
	done, last := "", typed
	if i := strings.LastIndex(typed, ","); i >= 0 {
		done, last = typed[:i], typed[i+1:]
	}
	chosen := splitList(done)
	var choices []choice
	for _, v := range values {
		if slices.Contains(chosen, v.value) || !has(v.label, last) {
			continue
		}
		list := strings.Join(append(slices.Clone(chosen), v.value), ", ")
		if size(list) > maxOptionText {
			break // Discord takes no longer value
		}
		label := strings.Join(append(slices.Clone(chosen), v.label), ", ")
		if size(label) > maxOptionText {
			label = list
		}
		choices = append(choices, choice{label, list})
	}
	return choices
}

// splitList are the parts of a list with commas.
func splitList(s string) []string {
	var parts []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return parts
}

// completeListOrAll is completeList where the word all stands for every value.
func completeListOrAll(typed string, values []choice) []choice {
	if !strings.Contains(typed, ",") {
		values = append([]choice{{"all", "all"}}, values...)
	}
	return completeList(typed, values)
}

func completeRegions(ctx context.Context, c *call, o options) ([]choice, error) {
	p, chosen, err := c.project(ctx, project.Admin, o.text("project"))
	if !chosen {
		return nil, err
	}
	return completeListOrAll(o.text("regions"), c.regions(p.Provider, nil, "")), nil
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
	var names []choice
	for _, k := range c.Orchestrator.Catalog().Kinds(p.Provider) {
		names = append(names, choice{k.Name, k.Name})
	}
	return completeListOrAll(o.text("kinds"), names), nil
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
