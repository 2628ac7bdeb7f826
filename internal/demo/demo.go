// Package demo plays a deployment on this machine, through the real path: a
// local Discord, a private Postgres, the bot, and the real Terraform. It is what
// a newcomer sees first, and it says so when anything did not come out as asked.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Options are what Run needs.
type Options struct {
	Config  config.Config // DatabaseURL unset: a private Postgres is started
	Out     io.Writer
	Colour  bool
	Keep    bool // leave everything running until the context ends
	Version string
}

// Run plays the demo. It returns nil only if Terraform's state holds what was
// asked for.
func Run(ctx context.Context, o Options) (err error) {
	w, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()
	if err := w.play(ctx); err != nil {
		return err
	}
	if !o.Keep {
		return nil
	}
	w.screen.note("Everything is left running: the local Discord at %s, the bot's health at %s/readyz. Press Ctrl-C to end it.", w.sim.URL(), w.app.Web.URL())
	<-ctx.Done()
	return nil
}

// world is all that the demo starts.
type world struct {
	dir      string
	postgres *devpg.Server
	sim      *discordsim.Sim
	app      *app.App
	screen   *screen

	guild             *discordsim.Guild
	channel           *discordsim.Channel
	ada, grace, linus *discordsim.Member
}

// open starts everything, in the order in which it is needed.
func open(ctx context.Context, o Options) (_ *world, err error) {
	w := &world{screen: newScreen(o.Out, o.Colour)}
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
	for _, step := range []func(context.Context, *Options) error{w.findTerraform, w.startPostgres, w.startDiscord, w.startBot} {
		if err := step(ctx, &o); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// findTerraform looks before the demo's own directory hides the place where one
// was installed before.
func (w *world) findTerraform(ctx context.Context, o *Options) error {
	w.screen.step("Terraform", "looking for it")
	binary, err := terraform.Find(ctx, terraform.FindOptions{
		Path: o.Config.TerraformPath, InstallDir: filepath.Join(o.Config.DataDir, "terraform"), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	w.screen.step("Terraform", fmt.Sprintf("%s at %s", binary.Version, binary.Path))
	o.Config.TerraformPath = binary.Path
	o.Config.DataDir = filepath.Join(w.dir, "data")
	if err := os.MkdirAll(filepath.Join(o.Config.DataDir, "runs"), 0o711); err != nil {
		return fmt.Errorf("make the demo's data directory: %w", err)
	}
	// A root who keeps this program in their own home can still see the demo: it
	// runs the built-in sandbox and nothing else.
	if _, err := app.TerraformUser(ctx, o.Config, binary, slog.New(slog.DiscardHandler)); err != nil {
		w.screen.step("Terraform", "runs as root here: nobody else can run programs from where this one lies")
		o.Config.TerraformUser = "root"
	}
	return nil
}

func (w *world) startPostgres(ctx context.Context, o *Options) error {
	if o.Config.DatabaseURL.IsSet() {
		w.screen.step("Postgres", "the one of DATABASE_URL")
		return nil
	}
	start := func() (err error) {
		w.postgres, err = devpg.Start(ctx, devpg.Options{Dir: filepath.Join(w.dir, "pg")})
		return err
	}
	err := start()
	if errors.Is(err, devpg.ErrNoBinaries) {
		w.screen.step("Postgres", "not on this machine: installing Debian's package")
		if err := devpg.Install(ctx, w.screen.faint()); err != nil {
			return err
		}
		err = start()
	}
	if err != nil {
		return err
	}
	db, err := w.postgres.Database(ctx, "cloudengine")
	if err != nil {
		return err
	}
	w.screen.step("Postgres", "a private one, on a socket of its own")
	o.Config.DatabaseURL, o.Config.OwnerDatabaseURL = config.NewSecret(db.URL), config.NewSecret(db.Owner)
	return nil
}

// startDiscord starts the local Discord with a server, a channel and three people.
func (w *world) startDiscord(_ context.Context, o *Options) error {
	sim, err := discordsim.Start(discordsim.Options{})
	if err != nil {
		return fmt.Errorf("start the local Discord: %w", err)
	}
	w.sim = sim
	bot := sim.NewApplication("Cloud Engine")
	w.guild = sim.NewGuild("Acme")
	w.guild.AddApplication(bot, discordsim.DefaultPermissions)
	w.channel = w.guild.NewTextChannel("ops")
	w.ada = w.guild.NewMember("ada", discordsim.ManageGuild)
	w.grace, w.linus = w.guild.NewMember("grace"), w.guild.NewMember("linus")
	o.Config.DiscordToken, o.Config.DiscordAPI, o.Config.Guilds = config.NewSecret(bot.Token), sim.URL(), []string{w.guild.ID}
	o.Config.PublicKey = nil // of another application: interactions come through the gateway
	w.screen.names = w.name
	w.screen.step("Discord", fmt.Sprintf("a local one at %s: server Acme, channel #ops; ada manages it, grace develops, linus approves", sim.URL()))
	return nil
}

// name is what clients show for a mention.
func (w *world) name(kind, id string) string {
	if kind == "@" {
		for _, m := range []*discordsim.Member{w.ada, w.grace, w.linus} {
			if m.ID == id {
				return m.Username
			}
		}
	}
	for _, c := range append(w.channel.Threads(), w.channel) {
		if c.ID == id {
			return c.Name()
		}
	}
	return id
}

func (w *world) startBot(ctx context.Context, o *Options) error {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // crypto/rand.Read never fails
	o.Config.Key = config.NewSecret(string(key))
	o.Config.Listen = "127.0.0.1:0"
	o.Config.Prices.Refresh = false // nothing of the demo leaves this machine
	if err := o.Config.Validate(config.Demo); err != nil {
		return err
	}
	logFile, err := os.OpenFile(filepath.Join(w.dir, "bot.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the bot's log: %w", err)
	}
	w.app, err = app.Start(ctx, app.Options{Config: o.Config, Version: o.Version, Logger: slog.New(slog.NewTextHandler(logFile, nil))})
	if err != nil {
		return err
	}
	w.screen.step("Bot", "connected; its log is "+logFile.Name())
	return nil
}

// close ends everything, the last started first, and leaves nothing behind.
func (w *world) close(ctx context.Context) error {
	w.screen.close()
	var errs []error
	if w.app != nil {
		errs = append(errs, w.app.Stop(ctx))
	}
	if w.sim != nil {
		w.sim.Close()
	}
	if w.postgres != nil {
		errs = append(errs, w.postgres.Stop(ctx))
	}
	if w.dir != "" {
		errs = append(errs, os.RemoveAll(w.dir))
	}
	return errors.Join(errs...)
}
