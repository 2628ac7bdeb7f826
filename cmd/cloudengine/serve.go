package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// serve runs the bot until a signal.
func serve(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	if err := noArguments("serve", args); err != nil {
		return err
	}
	// First of all: from here on no other process of this user reads our memory.
	if err := terraform.Undumpable(); err != nil {
		return err
	}
	c, err := config.Load(getenv, config.Serve)
	if err != nil {
		return err
	}
	log := newLogger(c, os.Stderr)
	a, err := app.Start(ctx, app.Options{Config: c, Logger: log, Version: version})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Cloud Engine %s serves %s.\nInvite it with %s\nHealth: %s/healthz and %s/readyz\n",
		version, strings.Join(c.Guilds, ", "), a.Bot.InviteURL(), a.Web.URL(), a.Web.URL())
	<-ctx.Done()
	log.Info("stopping: running applies go on under their supervisors")
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.ShutdownGrace)
	defer cancel()
	return a.Stop(grace)
}

// migrate brings the schema up to date.
func migrate(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	if err := noArguments("migrate", args); err != nil {
		return err
	}
	c, err := config.Load(getenv, config.Migrate)
	if err != nil {
		return err
	}
	access := store.Access{URL: c.DatabaseURL.Reveal(), Owner: c.OwnerDatabaseURL.Reveal()}
	if err := store.Migrate(ctx, access, newLogger(c, os.Stderr)); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "The schema is up to date.")
	return err
}

// healthcheck asks /readyz of the bot on this machine.
func healthcheck(ctx context.Context, args []string, getenv func(string) string, _ io.Writer) error {
	if err := noArguments("healthcheck", args); err != nil {
		return err
	}
	c, err := config.Load(getenv, config.Tool)
	if err != nil {
		return err
	}
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(c.Listen)+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("health check: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the bot does not answer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return errors.New("the bot is not ready: " + strings.TrimSpace(string(body)))
	}
	return nil
}

// reachable turns an address to listen on into one to dial: a bot that listens
// everywhere is asked on this machine.
func reachable(listen string) string {
	for _, everywhere := range []string{"0.0.0.0:", "[::]:", ":"} {
		if port, ok := strings.CutPrefix(listen, everywhere); ok {
			return "127.0.0.1:" + port
		}
	}
	return listen
}

// newLogger writes to w what the configuration asks for.
func newLogger(c config.Config, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
