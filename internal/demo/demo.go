// Package demo runs Cloud Engine on this machine alone, through the real path: a
// local Discord, a private Postgres, the bot, and the real Terraform. It is what
// a newcomer sees first: Show opens it in a browser, to play with; Play plays a
// deployment in the terminal by itself, and says so when anything did not come
// out as asked.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// Options are what both take.
type Options struct {
	Config  config.Config // DatabaseURL unset: a private Postgres is started
	Out     io.Writer
	Colour  bool
	Version string
	// Listen is the address of the local Discord and its page; empty is a free
	// port of the loopback interface.
	Listen string
	// Open is called with an address of the page once it can be used: to open a
	// browser, once. Nil leaves that to whoever reads the address.
	Open func(address string) error
}

// Play plays a deployment. It returns nil only if Terraform's state holds what was
// asked for.
func Play(ctx context.Context, o Options) (err error) {
	w, err := open(ctx, o, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()
	return w.play(ctx)
}

// world is all that the demo starts.
type world struct {
	dir      string
	log      *os.File // the bot's, and the page's
	postgres *devpg.Server
	sim      *discordsim.Sim
	bot      *discordsim.Application
	screen   *screen
	version  string
	settings map[string]any  // of the sandbox's modules
	notes    sync.Map        // a word about each person, by id: the page asks also while mu is held for long
	life     context.Context // ends when the world does: what is being started then is given up
	end      context.CancelFunc

	// mu guards what a restart and a reset change.
	mu     sync.Mutex
	fresh  int // how many times it began afresh
	config config.Config
	app    *app.App // nil while the bot does not run
	guild  *discordsim.Guild
	ops    *discordsim.Channel
	people map[string]*discordsim.Member
}

// open starts everything, in the order in which it is needed.
func open(ctx context.Context, o Options, settings map[string]any) (_ *world, err error) {
	w := &world{screen: newScreen(o.Out, o.Colour), config: o.Config, version: o.Version, settings: settings}
	w.life, w.end = context.WithCancel(ctx)
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close(context.WithoutCancel(ctx)))
		}
	}()
	w.screen.title("Cloud Engine, on this machine alone: no Discord account, no cloud, nothing to configure")
	if w.dir, err = os.MkdirTemp("", "cloudengine-demo-"); err != nil {
		return nil, fmt.Errorf("make a directory for the demo: %w", err)
	}
	if err := os.Chmod(w.dir, 0o711); err != nil { // Terraform's user passes through
		return nil, fmt.Errorf("open the demo's directory: %w", err)
	}
	startDiscord := func(context.Context) error { return w.startDiscord(o.Listen) }
	for _, step := range []func(context.Context) error{w.findTerraform, w.startPostgres, startDiscord, w.startBot} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// close ends everything, the last started first, and leaves nothing behind.
func (w *world) close(ctx context.Context) error {
	w.end()
	w.mu.Lock() // a restart is over now, or never begins
	defer w.mu.Unlock()
	w.screen.close()
	errs := []error{w.stopBot(ctx)}
	if w.sim != nil {
		w.sim.Close()
	}
	errs = append(errs, w.endRuns(ctx))
	if w.postgres != nil {
		errs = append(errs, w.postgres.Stop(ctx))
	}
	if w.log != nil {
		errs = append(errs, w.log.Close())
	}
	if w.dir != "" {
		errs = append(errs, os.RemoveAll(w.dir))
	}
	return errors.Join(errs...)
}

// logger writes to the log of the bot.
func (w *world) logger() *slog.Logger { return slog.New(slog.NewTextHandler(w.log, nil)) }
