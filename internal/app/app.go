// Package app builds everything and starts and stops it in an order that is
// written out in one place. The program boots it, and so do the tests, on port 0.
package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discord"
	"github.com/cloud-engine/cloudengine/internal/web"
)

// Options are what Start needs besides the configuration.
type Options struct {
	Config  config.Config
	Logger  *slog.Logger
	Version string
	// AllGuilds serves every guild the bot is in: the demo's, which is its own.
	AllGuilds bool
	// EmbeddedPrices leaves the embedded price list where it is, and refreshes none: for
	// the demo and tests, which have a new database each time.
	EmbeddedPrices bool
	// ModuleSettings fill module variables that nobody is asked for.
	ModuleSettings map[string]any
	// Clock moves the time of transactions, for tests.
	Clock func(time.Time) time.Time
	// WatchdogAfter is how long the gateway may be away before it is built anew;
	// 0 is the default.
	WatchdogAfter time.Duration
	// AnswerWithin is how long the first answer to an interaction is tried, for tests
	// on a busy machine; 0 is what Discord takes.
	AnswerWithin time.Duration
}

// App is the running bot.
type App struct {
	*Engine
	Bot *discord.Bot
	Web *web.Server

	health   *health
	stopping sync.Once
}

// Start builds and starts everything, in this order: what others stand on first.
// When it fails, what was started is stopped again.
func Start(ctx context.Context, o Options) (_ *App, err error) {
	a := &App{}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
		}
	}()
	engine, err := startEngine(ctx, o)
	if err != nil {
		return nil, err // it has stopped what it had started
	}
	a.Engine = engine
	a.health = watchHealth(a.Store.Ping, o.Logger)
	if a.Bot, err = newBot(a.Engine, o); err != nil {
		return nil, err
	}
	if a.Web, err = web.Start(a.web(o)); err != nil {
		return nil, err
	}
	if err = a.Bot.Start(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

// Stop ends everything: first no run is begun any more and those that go on are let
// go of, as what follows may take its time; then the last started first. Applies go
// on under their supervisors. What is stopped stays stopped.
func (a *App) Stop(ctx context.Context) error {
	var err error
	a.stopping.Do(func() { err = a.end(ctx) })
	return err
}

func (a *App) end(ctx context.Context) error {
	var errs []error
	if a.Engine != nil {
		a.Engine.letGo()
	}
	if a.Bot != nil {
		errs = append(errs, a.Bot.Stop(ctx))
	}
	if a.Web != nil {
		errs = append(errs, a.Web.Stop(ctx))
	}
	if a.health != nil {
		a.health.close()
	}
	if a.Engine != nil {
		errs = append(errs, a.Engine.stop(ctx))
	}
	return errors.Join(errs...)
}

func newBot(e *Engine, o Options) (*discord.Bot, error) {
	c := o.Config
	return discord.New(discord.Options{
		Token: c.DiscordToken.Reveal(), API: c.DiscordAPI, Guilds: c.Guilds, AllGuilds: o.AllGuilds, PublicKey: c.PublicKey,
		Directory: e.directory, AnswerWithin: o.AnswerWithin,
		Orchestrator: e.Orchestrator, Store: e.Store, HostID: e.Host.ID, Logger: o.Logger, WhoIs: e.whoIs,
		MessagesPer5s: c.MessagesPer5s, CancelGrace: c.CancelGrace, WatchdogAfter: o.WatchdogAfter,
	})
}

// web is what the bot answers over HTTP.
func (a *App) web(o Options) web.Options {
	options := web.Options{
		Addr: o.Config.Listen, State: a.Bot.State, Logger: o.Logger,
		Ready: []web.Check{
			{Name: "postgres", Ask: a.Store.Ping},
			{Name: "discord", Ask: func(context.Context) error { return a.Bot.Ready() }},
		},
	}
	if key := o.Config.PublicKey; key != nil {
		options.Interactions = &web.Interactions{Key: key, Take: a.Bot.Take, Logger: o.Logger}
	}
	return options
}
