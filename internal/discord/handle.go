package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// handleWithin bounds one interaction: a handler that hangs must not hang for ever.
const handleWithin = 30 * time.Second

// Handle answers one interaction, however it came: it is the one way in. It
// returns when everything is said.
func (b *Bot) Handle(ctx context.Context, i *discordgo.InteractionCreate) {
	if i == nil || i.Interaction == nil || i.Type == discordgo.InteractionPing {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, handleWithin)
	defer cancel()
	c := &call{Bot: b, i: i.Interaction, received: time.Now()}
	defer func() {
		if p := recover(); p != nil {
			c.fail(ctx, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	if err := c.handle(ctx); err != nil {
		c.fail(ctx, err)
	}
}

// take handles an interaction of the gateway.
func (b *Bot) take(i *discordgo.InteractionCreate) {
	if !b.spawn(func(ctx context.Context) { b.Handle(ctx, i) }) {
		b.Logger.Error("too many interactions at once, or the bot is stopping: one is not answered", slog.String("interaction", i.ID))
	}
}

// spawn does something in a goroutine that Stop waits for, unless too much is
// under way.
func (b *Bot) spawn(fn func(ctx context.Context)) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.stopping && b.handlers.TryGo(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), handleWithin)
		defer cancel()
		fn(ctx)
		return nil
	})
}

// call is one interaction and how far it is answered.
type call struct {
	*Bot
	i        *discordgo.Interaction
	received time.Time
	answered answer
	who      policy.Person
}

// handle leads the interaction to its handler.
func (c *call) handle(ctx context.Context) error {
	if c.i.Member == nil || c.i.Member.User == nil || c.i.GuildID == "" {
		return c.direct(ctx)
	}
	if !c.serves(c.i.GuildID) {
		return errNotServed
	}
	if c.i.Member.User.Bot {
		return errBot
	}
	guild, err := c.Store.Guild(ctx, c.i.GuildID)
	if err != nil {
		return err
	}
	c.who = personOf(c.i.Member, guild)
	c.reopen(ctx) // before the answer: later, the channel may be shut anew
	switch data := c.i.Data.(type) {
	case discordgo.ApplicationCommandInteractionData:
		return c.command(ctx, data)
	case discordgo.MessageComponentInteractionData:
		return c.component(ctx, data)
	case discordgo.ModalSubmitInteractionData:
		return c.submitted(ctx, data)
	}
	return fmt.Errorf("interaction of type %d", c.i.Type)
}

var errNotServed = usererr.New(usererr.Denied, "This bot does not serve this server. Nothing was done. Whoever runs the bot can add the server to its configuration.")

// errBot: Discord lets no bot press another's buttons. Should it ever, what people
// were trusted with is not a bot's.
var errBot = usererr.New(usererr.Denied, "Bots deploy nothing, whatever they were granted. Nothing was done. A person can run `/cloud-help`.")

// component leads a click or a choice to its handler.
func (c *call) component(ctx context.Context, data discordgo.MessageComponentInteractionData) error {
	data.CustomID = storable(data.CustomID)
	for i, chosen := range data.Values {
		data.Values[i] = storable(chosen)
	}
	if v := c.verb(data.CustomID); v.press != nil {
		return v.press(c, ctx, data)
	}
	return errUnknownButton
}

// submitted leads a form to its handler.
func (c *call) submitted(ctx context.Context, data discordgo.ModalSubmitInteractionData) error {
	data.CustomID = storable(data.CustomID)
	if v := c.verb(data.CustomID); v.send != nil {
		return v.send(c, ctx, data)
	}
	return errUnknownButton
}

// errUnknownButton is for what an older or newer version of the bot has drawn.
var errUnknownButton = usererr.New(usererr.Stale, "This button is no longer in use. Nothing was done. `/cloud-list` shows your deployments.")

// request says who asks, for the orchestrator.
func (c *call) request() orchestrator.Request {
	return orchestrator.Request{GuildID: c.i.GuildID, Person: c.person(), InteractionID: c.i.ID}
}

func (c *call) person() policy.Person { return c.who }

// othersFirst is what another process has to answer first what this one cannot: who
// has lost the database stays on the gateway, where another may be by then.
const othersFirst = time.Second

// fail tells the person what went wrong: in words that are meant for them, or
// with a reference that the log has too.
func (c *call) fail(ctx context.Context, err error) {
	if errors.Is(err, store.ErrReplay) || errors.Is(err, errReplayed) {
		return // somebody answers it, or did
	}
	if c.answered == unanswered && usererr.Is(err, usererr.Unavailable) {
		pause(ctx, othersFirst)
	}
	ctx, cancel := within(ctx, requestTimeout) // the handler's own time may be over
	defer cancel()
	tell := c.say
	if c.isOver(err) {
		tell = c.supersede
	}
	if sendErr := tell(ctx, c.refusal(ctx, err)); sendErr != nil && !errors.Is(sendErr, errReplayed) {
		c.Logger.WarnContext(ctx, "a refusal could not be told", slog.Any("error", sendErr), slog.Any("refusal", err))
	}
}

// isOver reports whether nothing that was pressed can be done any more, whenever it is
// tried again, in a message that only the person sees: nobody else could take its
// buttons away.
func (c *call) isOver(err error) bool {
	return c.i.Type == discordgo.InteractionMessageComponent && c.isPrivate() && (usererr.Is(err, usererr.Stale) || usererr.Is(err, usererr.NotFound))
}

// refusal is what the person is shown, with the way on where it is a button.
func (c *call) refusal(ctx context.Context, err error) picture {
	p := text(c.publicText(ctx, err))
	var ended *policy.EndedError
	if errors.As(err, &ended) {
		p.Components = append(p.Components, row(button("Ask again", discordgo.PrimaryButton, againRoute(ended.Grant.ID))))
	}
	return p
}

// publicText is what people may read of an error. What they may not is logged.
func (c *call) publicText(ctx context.Context, err error) string {
	ref := usererr.Reference()
	known, ok := usererr.Of(err)
	switch {
	case ok && known.Code == usererr.Unavailable:
		c.Logger.WarnContext(ctx, "an interaction was refused", slog.String("interaction", c.i.ID), slog.Any("error", err))
	case !ok || known.Code == usererr.Internal:
		c.Logger.ErrorContext(ctx, "an interaction failed", slog.String("reference", ref), slog.String("interaction", c.i.ID), slog.Any("error", err))
	default:
		c.Logger.DebugContext(ctx, "an interaction was refused", slog.String("interaction", c.i.ID), slog.Any("error", err))
	}
	return usererr.Text(err, ref)
}
