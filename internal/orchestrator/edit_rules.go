package orchestrator

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Bounds of what a project's rules can be.
const (
	mostListed  = 25 // entries of a list
	mostPattern = 200
	longestLife = 366 * 24 * time.Hour
)

// invalid refuses a setting by its option's name.
func invalid(option, format string, args ...any) error {
	return usererr.New(usererr.Invalid, "`%s`: %s Nothing was changed.", option, fmt.Sprintf(format, args...))
}

func (e *editing) regions() error {
	if e.edit.Regions != nil {
		for _, r := range *e.edit.Regions {
			if err := e.o.checkRegion(project.Project{Provider: e.p.Provider}, r); err != nil {
				return err
			}
		}
		e.p.Regions = list(*e.edit.Regions)
	}
	if e.edit.DefaultRegion != "" {
		e.p.DefaultRegion = e.edit.DefaultRegion
	}
	if e.edit.Regions == nil && e.edit.DefaultRegion == "" {
		return nil
	}
	if !e.p.RegionAllowed(e.p.DefaultRegion) {
		return invalid("default_region", "stacks of `%s` stand in `%s` unless they say otherwise, which would not be among its regions. Set `default_region` to one of: %s.", e.p.Slug, e.p.DefaultRegion, quoted(e.p.Regions))
	}
	return e.o.checkRegion(e.p, e.p.DefaultRegion)
}

func (e *editing) approvals() error {
	rule := &e.p.Rules.Approvals
	if n := e.edit.Approvals; n != nil {
		if *n < 0 || *n > project.MostApprovals {
			return invalid("approvals", "%d cannot be: expected 0 to %d.", *n, project.MostApprovals)
		}
		rule.Needed = *n
	}
	if e.edit.RequesterCounts != nil {
		rule.RequesterCounts = *e.edit.RequesterCounts
	}
	switch level, role := e.edit.ApproverLevel, e.edit.ApproverRole; {
	case level != "" && role != "":
		return invalid("approver_role", "approvers are either those with a level or those with a role. Give one of `approver_level` and `approver_role`.")
	case role == e.p.GuildID && role != "":
		return invalid("approver_role", "@everyone is everybody in this server. Choose a role that somebody gives, or `approver_level`.")
	case role != "":
		rule.Role, rule.Level = role, project.NoAccess
	case level != "":
		parsed, err := project.ParseLevel(level)
		if err != nil || parsed < project.Deploy {
			return invalid("approver_level", "%s cannot be: expected `deploy`, `approve` or `admin`.", quote(level))
		}
		rule.Role, rule.Level = "", parsed
	}
	return nil
}

func (e *editing) enforcement() error {
	want := project.Enforcement(e.edit.Enforcement)
	if want == "" {
		return nil
	}
	if !slices.Contains(project.Enforcements(), want) {
		return invalid("policies", "%s cannot be: expected `advisory`, `overridable` or `mandatory`.", quote(string(want)))
	}
	e.p.Rules.Enforcement = want
	return nil
}

func (e *editing) kinds() error {
	if e.edit.Kinds == nil {
		return nil
	}
	for _, k := range *e.edit.Kinds {
		if _, ok := e.o.Catalog().Kind(e.p.Provider, k); !ok {
			return invalid("kinds", "there is no kind %s on `%s`. Choose from: %s.", quote(k), e.p.Provider, e.o.kindNames(e.p.Provider))
		}
	}
	e.p.Rules.Kinds = list(*e.edit.Kinds)
	return nil
}

func (e *editing) names() error {
	if e.edit.NamePattern == nil {
		return nil
	}
	pattern := *e.edit.NamePattern
	if len(pattern) > mostPattern || strings.ContainsFunc(pattern, func(r rune) bool { return r == '`' || r < ' ' }) {
		return invalid("name_pattern", "it cannot be longer than %d characters, nor have backticks.", mostPattern)
	}
	if _, err := regexp.Compile(pattern); err != nil {
		text := "it is not a regular expression."
		var fault *syntax.Error
		if errors.As(err, &fault) { // its parts are about what was typed alone
			text = fmt.Sprintf("it is not a regular expression: %s in %s.", fault.Code, quote(fault.Expr))
		}
		return invalid("name_pattern", "%s Expected RE2 for the whole name, such as `shop-[a-z0-9-]+`.", text)
	}
	e.p.Rules.NamePattern = pattern
	return nil
}

func (e *editing) tags() error {
	if e.edit.RequiredTags == nil {
		return nil
	}
	for _, key := range *e.edit.RequiredTags {
		if !project.ValidTagKey(key) {
			return invalid("required_tags", "%s cannot be a tag. Expected keys of %s.", quote(key), project.TagRule)
		}
	}
	if len(*e.edit.RequiredTags) > mostListed {
		return invalid("required_tags", "at most %d tags can be required.", mostListed)
	}
	e.p.Rules.RequiredTags = list(*e.edit.RequiredTags)
	return nil
}

func (e *editing) channels() error {
	rules := &e.p.Rules
	if e.edit.EveryChannel {
		if e.edit.ChannelAdd != "" {
			return invalid("every_channel", "a channel cannot be added while deployments are to open in every one. Give one of `every_channel` and `channel_add`.")
		}
		rules.Channels = nil
		return nil
	}
	if c := e.edit.ChannelRemove; c != "" {
		i := slices.Index(rules.Channels, c)
		if i < 0 {
			return invalid("channel_remove", "deployments of `%s` are not bound to <#%s>.", e.p.Slug, c)
		}
		rules.Channels = slices.Delete(rules.Channels, i, i+1)
	}
	if c := e.edit.ChannelAdd; c != "" && !slices.Contains(rules.Channels, c) {
		if len(rules.Channels) == mostListed {
			return invalid("channel_add", "`%s` is bound to %d channels already.", e.p.Slug, mostListed)
		}
		rules.Channels = append(rules.Channels, c)
	}
	return nil
}

func (e *editing) grants() error {
	rules := &e.p.Rules
	for _, life := range []*time.Duration{e.edit.GrantDefault, e.edit.GrantMax} {
		if life != nil && (*life < 0 || *life > longestLife) {
			return invalid("grant_max", "a grant lasts at most a year.")
		}
	}
	if e.edit.GrantDefault != nil {
		rules.GrantDefault = *e.edit.GrantDefault
	}
	if e.edit.GrantMax != nil {
		rules.GrantMax = *e.edit.GrantMax
	}
	if rules.GrantMax > 0 && rules.GrantDefault > rules.GrantMax {
		return invalid("grant_default", "a grant without a duration would last longer than the longest one may. Make `grant_default` shorter, or `grant_max` longer.")
	}
	return nil
}

// freeze keeps applies from starting; the reason is shown to everybody who waits.
func (e *editing) freeze() error {
	switch {
	case e.edit.Freeze != nil && e.edit.Unfreeze:
		return invalid("freeze", "a project is either frozen or not. Give one of `freeze` and `unfreeze`.")
	case e.edit.Unfreeze:
		e.p.Rules.Freeze = nil
	case e.edit.Freeze == nil:
	case e.edit.Reason == "":
		return invalid("reason", "a freeze takes a reason, which those read who wait for it.")
	default:
		e.p.Rules.Freeze = &project.Freeze{Reason: e.edit.Reason, By: e.req.Person.UserID}
		if life := *e.edit.Freeze; life > 0 {
			until := e.tx.Now.Add(life)
			e.p.Rules.Freeze.Until = &until
		}
	}
	return nil
}

// list is what was given, each once, in order; none is nil.
func list(values []string) []string {
	values = slices.Sorted(slices.Values(values))
	return slices.Clip(slices.Compact(values))
}

// quoted lists names for people to read.
func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = "`" + n + "`"
	}
	return strings.Join(out, ", ")
}
