// Package discord is the engine's face: slash commands, lobbies, forms and
// threads. An interaction comes in through discordgo, a use case of the
// orchestrator is called, and what came of it is drawn: answers to the person at
// once, everything else through the outbox, from the newest data.
//
// The package decides nothing: who may do what, and what follows, is the
// orchestrator's. It must not know how Terraform is run or how programs start
// and stop.
package discord

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"golang.org/x/sync/errgroup"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Options are what New needs.
type Options struct {
	Token     string   // the bot's, without "Bot "
	API       string   // base URL of Discord's API; empty: Discord itself
	Guilds    []string // ids of the guilds that are served
	AllGuilds bool     // serve whichever guild the bot is in: for the demo alone
	// PublicKey is the application's; nil: no interactions come over HTTP.
	PublicKey ed25519.PublicKey

	// Directory asks Discord too, within the limits of the bot as a whole; nil: nobody
	// else does.
	Directory *Directory

	// WhoIs asks a project's cloud who its credentials are; asked is false where the
	// cloud cannot be asked. nil: nothing is asked.
	WhoIs func(ctx context.Context, p project.Project) (who string, asked bool, err error)

	Orchestrator *orchestrator.Orchestrator
	Store        *store.Store
	Logger       *slog.Logger

	HostID        string // names this process among those that send posts
	MessagesPer5s int    // to one channel; 0 is 5
	// RequestsPerSecond are those of the bot as a whole, without answers to
	// interactions, where there is no Directory; 0 is 45.
	RequestsPerSecond int
	// AnswerWithin is how long the first answer to an interaction is tried; 0 is
	// 2.5 s. Discord waits for three.
	AnswerWithin  time.Duration
	CancelGrace   time.Duration // from Cancel to Force stop
	WatchdogAfter time.Duration // a gateway that is silent for so long is given up; 0 is 20 s
	Senders       int           // posts that are sent at once; 0 is 8
}

// requestsPerSecond are those that the bot makes as a whole. Discord takes 50.
const requestsPerSecond = 45

// mostHandlers bounds the interactions that are handled at once. Each takes
// milliseconds; what comes beyond it would not be answered in time anyway.
const mostHandlers = 128

// Bot is the engine on Discord.
type Bot struct {
	Options
	token    string
	client   *http.Client
	texts    texts
	commands []*command
	verbs    []verb
	outbox   *outbox
	gateway  *gateway
	answers  answers

	userID      string
	appID       string
	application application
	serving     atomic.Bool // who the bot is is known, and what it does can be posted

	registering sync.Mutex
	mu          sync.Mutex // guards stopping, and that nothing begins after it
	stopping    bool
	handlers    errgroup.Group
}

// New returns a bot that does nothing before Start.
func New(o Options) (*Bot, error) {
	if o.Token == "" {
		return nil, usererr.New(usererr.Invalid, "There is no Discord token. Set DISCORD_TOKEN to the bot's token: Discord's developer portal shows it, under your application's Bot page.")
	}
	if len(o.Guilds) == 0 && !o.AllGuilds {
		return nil, usererr.New(usererr.Invalid, "No Discord server is served. Set CLOUDENGINE_GUILDS to the ids of yours.")
	}
	if o.WatchdogAfter == 0 {
		o.WatchdogAfter = 20 * time.Second
	}
	if o.RequestsPerSecond == 0 {
		o.RequestsPerSecond = requestsPerSecond
	}
	if o.AnswerWithin == 0 {
		o.AnswerWithin = 2500 * time.Millisecond
	}
	if o.MessagesPer5s == 0 {
		o.MessagesPer5s = 5
	}
	if o.Senders == 0 {
		o.Senders = 8
	}
	b := &Bot{Options: o, token: o.Token, verbs: verbTable()}
	b.outbox = newOutbox(b)
	b.gateway = newGateway(b)
	guard := newGuard(b.Logger)
	if o.Directory != nil {
		guard = o.Directory.guard
		guard.tell(b.Logger)
	}
	var err error
	if b.client, err = newClient(o.API, &transport{refused: b.outbox.refused, count: b.outbox.count, seen: b.outbox.seen, guard: guard}); err != nil {
		return nil, unreadableAPI(o.API, err)
	}
	if b.texts, err = parseTexts(catalogue); err != nil {
		return nil, err
	}
	if b.commands, err = finished(b.table(), b.texts); err != nil {
		return nil, err
	}
	b.handlers.SetLimit(mostHandlers)
	return b, nil
}

// Start asks Discord who the bot is, registers its commands, and starts to send
// posts and to take interactions. It returns when the bot can be used, or when
// another process holds the gateway and this one stands by. While Discord cannot
// be reached it tries again, until ctx ends; a token that Discord refuses is an
// error at once.
func (b *Bot) Start(ctx context.Context) error {
	if err := b.identify(ctx); err != nil {
		return err
	}
	if err := b.checkEndpoint(ctx); err != nil {
		return err
	}
	b.Logger.InfoContext(ctx, "Discord knows the bot", slog.String("invite", b.InviteURL()))
	for _, guild := range b.Guilds {
		b.register(ctx, guild)
	}
	if err := b.outbox.start(ctx); err != nil {
		return err
	}
	b.serving.Store(true)
	return b.gateway.start(ctx)
}

// identify checks the token. A pause between two tries is short: people wait.
func (b *Bot) identify(ctx context.Context) error {
	const pause = 2 * time.Second
	for {
		err := b.whoAmI(ctx)
		if err == nil {
			return nil
		}
		if statusOf(err) == http.StatusUnauthorized {
			return usererr.New(usererr.Unavailable, "Discord refuses the token, so the bot cannot log in. Nothing was changed. Reset the token in Discord's developer portal, under your application's Bot page, and set DISCORD_TOKEN to the new one.").Wrap(err)
		}
		b.Logger.WarnContext(ctx, "Discord cannot be reached; trying again", slog.String("api", b.apiName()), slog.Duration("pause", pause), slog.Any("error", err))
		select {
		case <-ctx.Done():
			return usererr.New(usererr.Unavailable, "Discord cannot be reached at %s. Check this machine's network, or CLOUDENGINE_DISCORD_API if it is set. What runs goes on.", b.apiName()).Wrap(errors.Join(err, ctx.Err()))
		case <-time.After(pause):
		}
	}
}

// whoAmI asks for the bot's account and its application: old bots have two ids.
func (b *Bot) whoAmI(ctx context.Context) error {
	user, err := b.rest().User("@me", discordgo.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("ask who the bot is: %w", err)
	}
	body, err := b.rest().RequestWithBucketID("GET", discordgo.EndpointOAuth2Application("@me"), nil, "", discordgo.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("ask for the application: %w", err)
	}
	var app application
	if err := discordgo.Unmarshal(body, &app); err != nil {
		return fmt.Errorf("read the application: %w", err)
	}
	b.userID, b.appID, b.application = user.ID, app.ID, app
	return nil
}

func (b *Bot) apiName() string {
	if b.API == "" {
		return "https://discord.com"
	}
	return b.API
}

// InviteURL is where the bot is added to a server. It is known once Start has
// asked Discord.
func (b *Bot) InviteURL() string { return InviteURL(b.appID) }

// Connected reports whether the gateway is up, or another process has it.
func (b *Bot) Connected() bool { return b.gateway.connected() }

// Stop takes no more interactions, lets handlers and senders end what they have
// begun, and leaves the gateway. It returns an error when ctx ends first.
func (b *Bot) Stop(ctx context.Context) error {
	b.mu.Lock()
	b.stopping = true
	b.mu.Unlock()
	left := b.gateway.stop()
	handled := make(chan struct{})
	go func() {
		defer close(handled)
		_ = b.handlers.Wait() // handlers return nothing
	}()
	var errs []error
	for _, end := range []<-chan struct{}{handled, b.outbox.stop(), left} {
		select {
		case <-end:
		case <-ctx.Done():
			errs = append(errs, ctx.Err())
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("stop the bot: %w", err)
	}
	return nil
}

// serves reports whether the guild is one of ours.
func (b *Bot) serves(guildID string) bool {
	return guildID != "" && (b.AllGuilds || slices.Contains(b.Guilds, guildID))
}
