package discord

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/chart"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// Of how many days figures are made, and how many rows a table of them has.
const (
	statsDays   = 30
	statsPeople = 10
)

// statsCommand is /cloud-stats.
func statsCommand() *command {
	return &command{
		definition: define("cloud-stats", textOption("project").completed().most(32)),
		access:     projectAdmin,
		run:        stats,
		complete:   map[string]func(context.Context, *call, options) ([]choice, error){"project": completeProject(project.Admin)},
	}
}

func stats(ctx context.Context, c *call, o options) (picture, error) {
	slug := o.text("project")
	projects, err := c.Orchestrator.Administered(ctx, c.request(), slug)
	if err != nil {
		return picture{}, err
	}
	st, err := c.Store.Stats(ctx, store.StatsFilter{GuildID: c.i.GuildID, Projects: projects, Days: statsDays, People: statsPeople})
	if err != nil {
		return picture{}, err
	}
	p := statsPicture(st, slug)
	if st.Applies.All() == 0 {
		return p, nil // a picture of nothing says nothing
	}
	png, err := statsBars(st).PNG()
	if err != nil {
		return picture{}, err
	}
	p.Files = []*discordgo.File{{Name: "applies.png", ContentType: "image/png", Reader: bytes.NewReader(png)}}
	p.Alt = statsAlt(st)
	p.Embeds[0].Image = &discordgo.MessageEmbedImage{URL: "attachment://applies.png"}
	return p, nil
}

func statsBars(st store.Stats) chart.Bars {
	b := chart.Bars{Title: "Applies a day (UTC)", First: st.First, Series: []chart.Series{{Name: "applied", Color: chart.Green}, {Name: "failed", Color: chart.Red}, {Name: "cancelled", Color: chart.Grey}}}
	for _, d := range st.ByDay {
		b.Days = append(b.Days, chart.Day{d.Applied, d.Failed, d.Cancelled})
	}
	return b
}

// statsAlt describes the picture to who cannot see it.
func statsAlt(st store.Stats) string {
	busiest, most := 0, 0
	for i, d := range st.ByDay {
		if d.All() > most {
			busiest, most = i, d.All()
		}
	}
	return fmt.Sprintf("Bars of the last %d days: %d applied, %d failed, %d cancelled in all; most on %s, with %d.",
		len(st.ByDay), st.Applies.Applied, st.Applies.Failed, st.Applies.Cancelled, st.First.AddDate(0, 0, busiest).Format("2 January"), most)
}

// statsPicture writes the figures, each with what it counts.
func statsPicture(st store.Stats, slug string) picture {
	title := fmt.Sprintf("Last %d days", len(st.ByDay))
	if slug != "" {
		title += " of " + slug
	}
	lines := []string{"**" + count(st.Total, "deployment") + "** started", stateTally(st.ByState)}
	if st.Total == 0 {
		lines = []string{"No deployment was started. `/cloud-deploy` starts one."}
	}
	if len(st.ByProject) > 0 && slug == "" {
		lines = append(append(lines, "", "**By project**"), tallyLines(st.ByProject, statsPeople, len(st.ByProject), func(name string) string { return code(name, 32) })...)
	}
	if len(st.ByPerson) > 0 {
		lines = append(append(lines, "", "**By person**"), tallyLines(st.ByPerson, statsPeople, st.People, mention)...)
	}
	lines = append(lines, costLines(st.Costs)...)
	lines = append(lines, "", "**Applies**", successLine(st.Applies))
	if st.PlanTook+st.ApplyTook > 0 {
		lines = append(lines, "Median, with the wait in the queue: "+strings.Join(medians(st), " · "))
	}
	return picture{Embeds: []*discordgo.MessageEmbed{{
		Title: title, Description: clip(strings.Join(lines, "\n"), maxDescription), Color: blue,
		Footer: &discordgo.MessageEmbedFooter{Text: "Days are UTC, from " + st.First.Format("2 January 2006") + " on"},
	}}}
}

func stateTally(by map[session.State]int) string {
	var parts []string
	for _, s := range session.States() {
		if n := by[s]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", stateNames[s], n))
		}
	}
	return strings.Join(parts, " · ")
}

// tallyLines are the first of a table, with bars to compare them by.
func tallyLines(tallies []store.Tally, most, all int, name func(string) string) []string {
	var lines []string
	highest := slices.MaxFunc(tallies, func(a, b store.Tally) int { return a.N - b.N }).N
	for _, t := range tallies[:min(len(tallies), most)] {
		lines = append(lines, fmt.Sprintf("%s %d · %s", bar(t.N, highest), t.N, name(t.Name)))
	}
	return append(lines, more(all-len(lines))...)
}

// successLine says how many applies ended well, and of what.
func successLine(a store.Applies) string {
	if a.All() == 0 {
		return "None ended."
	}
	return fmt.Sprintf("**%d %%** succeeded: of those that Terraform began, %d of %d ended well; failed or interrupted: %d, cancelled: %d.",
		100*a.Applied/a.All(), a.Applied, a.All(), a.Failed, a.Cancelled)
}

func medians(st store.Stats) []string {
	var parts []string
	if st.PlanTook > 0 {
		parts = append(parts, "plan "+duration(st.PlanTook))
	}
	if st.ApplyTook > 0 {
		parts = append(parts, "apply "+duration(st.ApplyTook))
	}
	return parts
}
