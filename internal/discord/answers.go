package discord

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// answerLife is how long the answer to an interaction can be redrawn.
// https://discord.com/developers/docs/interactions/receiving-and-responding#followup-messages
const answerLife = 15 * time.Minute

// answers are those that show a request for access while nobody has decided: when
// somebody does, they say so, and have no button any more.
//
// What only one person sees is redrawn with the token of their interaction or not at
// all. A token is as good as the bot's own for that answer, so it is kept nowhere but
// in the memory of the process that answered. What that forgets when it ends says how
// things are once it is pressed.
type answers struct {
	mu   sync.Mutex
	open map[int64][]shown // by request
}

type shown struct {
	to    *discordgo.Interaction // its application and its token
	until time.Time
}

// keep remembers an answer, and forgets those that cannot be redrawn any more.
func (a *answers) keep(request int64, i *discordgo.Interaction, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open == nil {
		a.open = map[int64][]shown{}
	}
	for id, list := range a.open {
		list = slices.DeleteFunc(list, func(s shown) bool { return !now.Before(s.until) })
		if a.open[id] = list; len(list) == 0 {
			delete(a.open, id)
		}
	}
	a.open[request] = append(a.open[request], shown{to: &discordgo.Interaction{AppID: i.AppID, Token: i.Token}, until: now.Add(answerLife)})
}

// take returns the answers that show a request, and forgets them.
func (a *answers) take(request int64) []shown {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := a.open[request]
	delete(a.open, request)
	return list
}

// keepAnswer remembers the answer that was just given. Somebody may have decided
// before it was.
func (c *call) keepAnswer(ctx context.Context, request int64) {
	c.answers.keep(request, c.i, c.received)
	r, err := c.Orchestrator.AccessRequest(ctx, request)
	if err != nil {
		c.Logger.WarnContext(ctx, "a request for access could not be looked at again", slog.Int64("request", request), slog.Any("error", err))
		return
	}
	c.settleAnswers(ctx, r)
}

// settleAnswers says in every answer that shows a request what became of it. A person
// may have dismissed theirs.
func (b *Bot) settleAnswers(ctx context.Context, r orchestrator.AccessRequest) {
	if r.State == project.RequestPending {
		return
	}
	p := decidedText(r)
	for _, s := range b.answers.take(r.ID) {
		if _, err := b.rest().InteractionResponseEdit(s.to, p.replacement(), discordgo.WithContext(ctx)); err != nil {
			b.Logger.InfoContext(ctx, "the answer to a request for access could not be redrawn", slog.Int64("request", r.ID), slog.Any("error", withoutToken(err)))
		}
	}
}
