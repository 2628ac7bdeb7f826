package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// findTerraform looks before the demo's own directory hides the place where one
// was installed before.
func (w *world) findTerraform(ctx context.Context) error {
	w.screen.step("Terraform", "looking for it")
	binary, err := terraform.Find(ctx, terraform.FindOptions{
		Path: w.config.TerraformPath, InstallDir: filepath.Join(w.config.DataDir, "terraform"), Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	w.screen.step("Terraform", fmt.Sprintf("%s at %s", binary.Version, binary.Path))
	w.config.TerraformPath = binary.Path
	if err := w.makeData(); err != nil {
		return err
	}
	// A root who keeps this program in their own home can still see the demo: it
	// runs the built-in sandbox and nothing else.
	if _, err := app.TerraformUser(ctx, w.config, binary, slog.New(slog.DiscardHandler)); err != nil {
		w.screen.step("Terraform", "runs as root here: nobody else can run programs from where this one lies")
		w.config.TerraformUser = "root"
	}
	return nil
}

// makeData makes the bot's data directory, a new one each time it begins afresh.
func (w *world) makeData() error {
	w.config.DataDir = filepath.Join(w.dir, fmt.Sprintf("data-%d", w.fresh))
	if err := os.MkdirAll(w.runs(), 0o711); err != nil {
		return fmt.Errorf("make the demo's data directory: %w", err)
	}
	return nil
}

func (w *world) runs() string { return filepath.Join(w.config.DataDir, "runs") }

func (w *world) startPostgres(ctx context.Context) error {
	if w.config.DatabaseURL.IsSet() {
		w.screen.step("Postgres", "the one of DATABASE_URL")
		return nil
	}
	start := func() (err error) {
		w.postgres, err = devpg.Start(ctx, devpg.Options{Dir: filepath.Join(w.dir, "pg"), NoSync: true})
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
	w.screen.step("Postgres", "a private one, on a socket of its own")
	return w.makeDatabase(ctx)
}

// makeDatabase makes a database of our own server's, a new one each time it begins
// afresh. In somebody else's the new server of the local Discord is a tenant of its
// own.
func (w *world) makeDatabase(ctx context.Context) error {
	if w.postgres == nil {
		return nil
	}
	db, err := w.postgres.Database(ctx, fmt.Sprintf("cloudengine%d", w.fresh))
	if err != nil {
		return err
	}
	w.config.DatabaseURL, w.config.OwnerDatabaseURL = config.NewSecret(db.URL), config.NewSecret(db.Owner)
	return nil
}

// startBot completes the configuration, and boots the bot.
func (w *world) startBot(ctx context.Context) (err error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // crypto/rand.Read never fails
	w.config.Key = config.NewSecret(string(key))
	w.config.Listen = "127.0.0.1:0"
	if err := w.config.Validate(config.Demo); err != nil {
		return err
	}
	w.log, err = os.OpenFile(filepath.Join(w.dir, "bot.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open the bot's log: %w", err)
	}
	if err := w.boot(ctx); err != nil {
		return err
	}
	w.screen.step("Bot", "connected; its log is "+w.log.Name())
	return nil
}

// boot starts the bot as it is configured now.
func (w *world) boot(ctx context.Context) error {
	a, err := app.Start(ctx, app.Options{
		Config: w.config, Version: w.version, Logger: w.logger(), ModuleSettings: w.settings,
		EmbeddedPrices: true, // nothing of the demo leaves this machine
	})
	if err != nil {
		return err
	}
	w.app = a
	return nil
}

// stopBot stops the bot, if it runs. Applies go on without it.
func (w *world) stopBot(ctx context.Context) error {
	if w.app == nil {
		return nil
	}
	a := w.app
	w.app = nil
	return a.Stop(ctx)
}

// endRuns ends the applies that go on without the bot, and removes what they
// worked with: all that they made is in it.
func (w *world) endRuns(ctx context.Context) error {
	if w.dir == "" || w.config.DataDir == "" {
		return nil
	}
	entries, err := os.ReadDir(w.runs())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	errs := []error{err}
	ctx, cancel := context.WithTimeout(ctx, endPatience)
	defer cancel()
	for _, e := range entries {
		if run, err := terraform.OpenDir(w.runs(), e.Name()); err == nil { // else it is none of a run
			errs = append(errs, endRun(ctx, run))
		}
	}
	return errors.Join(errs...)
}

// endPatience is for all runs together, endPause between two tries at one.
const (
	endPatience = 30 * time.Second
	endPause    = 50 * time.Millisecond
)

// endRun ends one run. A supervisor that has only just begun cannot be told yet.
func endRun(ctx context.Context, run terraform.Dir) error {
	for {
		err := run.ForceStop(ctx)
		if err != nil && !errors.Is(err, terraform.ErrNotRunning) {
			return err
		}
		if err = run.Remove(); !errors.Is(err, terraform.ErrRunning) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(endPause):
		}
	}
}
