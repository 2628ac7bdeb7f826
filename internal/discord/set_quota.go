package discord

import (
	"context"
	"fmt"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// limitKind stands in the choices for a limit on one kind, which is named apart.
const limitKind = "kind"

// mostLimit is the highest limit; more is none at all.
const mostLimit = 100_000

// setQuotaCommand is /cloud-set-quota.
func setQuotaCommand() *command {
	return &command{
		definition: define("cloud-set-quota",
			textOption("project").required().completed().most(32),
			textOption("limit").required().choices(project.LimitStacks, project.LimitResources, project.LimitSessions, project.LimitBudget, limitKind),
			intOption("value", 0, mostLimit),
			textOption("kind").completed().most(50),
			userOption("user"),
			flagOption("each_person"),
			textOption("reason").most(300)),
		access: guildAdmin,
		run:    setQuota,
		complete: map[string]func(context.Context, *call, options) ([]choice, error){
			"project": completeProject(project.Admin), "kind": completeKind,
		},
	}
}

func setQuota(ctx context.Context, c *call, o options) (picture, error) {
	in, err := newLimit(o)
	if err != nil {
		return picture{}, err
	}
	set, err := c.Orchestrator.SetQuota(ctx, c.request(), in)
	if err != nil {
		return picture{}, err
	}
	return text(limitText(in, set)), nil
}

// newLimit reads the options, and refuses those that say two things.
func newLimit(o options) (orchestrator.NewLimit, error) {
	in := orchestrator.NewLimit{Project: o.text("project"), What: o.text("limit"), Reason: o.text("reason")}
	switch kind := o.text("kind"); {
	case in.What == limitKind && kind == "":
		return in, usererr.New(usererr.Invalid, "`kind`: which kind is limited? Nothing was changed. Pick one from the list that opens while you type.")
	case in.What == limitKind:
		in.What = kind
	case kind != "":
		return in, usererr.New(usererr.Invalid, "`kind` goes with `limit:kind` only. Nothing was changed. Leave it out, or choose that limit.")
	}
	user := o.user("user")
	switch {
	case user != nil && o.flag("each_person"):
		return in, usererr.New(usererr.Invalid, "A limit is either for each person or for one. Nothing was changed. Give one of `user` and `each_person`.")
	case user != nil && user.Bot:
		return in, usererr.New(usererr.Invalid, "Bots deploy nothing. Nothing was changed. Choose a person.")
	case user != nil:
		in.Subject = user.ID
	case o.flag("each_person"):
		in.Subject = project.EachPerson
	}
	if o.given("value") {
		n := o.int("value")
		in.Limit = &n
	}
	return in, nil
}

// limitText says what a limit was and is, and what it means for what is there.
func limitText(in orchestrator.NewLimit, set orchestrator.LimitSet) string {
	whose := "all together"
	switch in.Subject {
	case "":
	case project.EachPerson:
		whose = "each person"
	default:
		whose = mention(in.Subject)
	}
	lines := []string{fmt.Sprintf("**%s** · %s · %s: %s → **%s**", code(in.Project, 32), whose, thing(in.What), limitOf(in.What, set.Before), limitOf(in.What, in.Limit))}
	if in.Subject != project.EachPerson {
		used := fmt.Sprint(set.Used)
		if in.What == project.LimitBudget {
			used = monthly(set.Cost)
		}
		lines = append(lines, "Used now: "+used+".")
	}
	switch {
	case len(set.Above) > 0:
		lines = append(lines, fmt.Sprintf("Above it: %s. Nothing is taken away; they can add no more until they have less.", mentions(set.Above, mostPeople)))
	case in.Limit != nil && set.Used > *in.Limit:
		lines = append(lines, "That is more than the limit. Nothing is taken away; no more can be added until there is less.")
	}
	if in.Limit == nil && in.Subject != "" && in.Subject != project.EachPerson {
		lines = append(lines, "What each person may have holds for them.")
	}
	return strings.Join(lines, "\n")
}

func limitOf(what string, n *int) string {
	switch {
	case n == nil:
		return "no limit"
	case what == project.LimitBudget:
		return fmt.Sprintf("$%d a month", *n)
	}
	return fmt.Sprint(*n)
}

// completeKind offers the kinds of the project's provider.
func completeKind(ctx context.Context, c *call, o options) ([]choice, error) {
	p, chosen, err := c.project(ctx, project.Admin, o.text("project"))
	if !chosen {
		return nil, err
	}
	var choices []choice
	for _, k := range c.Orchestrator.Catalog().Kinds(p.Provider) {
		if has(k.Name+" "+k.Title, o.text("kind")) {
			choices = append(choices, choice{k.Name + " · " + k.Title, k.Name})
		}
	}
	return choices, nil
}
