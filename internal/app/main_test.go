package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// The test binary is also the two programs that tests kill: the supervisor of an
// apply, and the bot itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case terraform.SuperviseCommand:
			os.Exit(terraform.Supervise(os.Args[2]))
		case botCommand:
			os.Exit(bot())
		}
	}
	// The test server lives for the whole process, in goroutines of its own.
	if _, err := devpg.Shared(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// terraform-exec does not wait for a program whose context ends while it is being
	// started: the watcher of os/exec stays. discordgo waits for its own lock, for ever,
	// when Discord answers its first packet with op 7 or op 9: such a session is given up.
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent(), goleak.IgnoreAnyFunction("os/exec.(*Cmd).watchCtx"),
		goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).CloseWithCode"))
}

const botCommand = "bot-under-test"

// bot is the bot as a process of its own, configured by the environment. It says
// on its standard output that it is up and where, and ends by a signal.
func bot() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c, err := config.Load(os.Getenv, config.Serve)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	seconds, _ := strconv.ParseFloat(os.Getenv("TEST_SANDBOX_SECONDS"), 64)
	watchdog, _ := time.ParseDuration(os.Getenv("TEST_WATCHDOG"))
	a, err := app.Start(ctx, app.Options{Config: c, Logger: log, Version: "test", EmbeddedPrices: true, WatchdogAfter: watchdog, AnswerWithin: hurry, ModuleSettings: moduleSettings(seconds, os.Getenv("TEST_SANDBOX_COUNTER"))})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("up", a.Web.URL())
	<-ctx.Done()
	if err := a.Stop(context.WithoutCancel(ctx)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func moduleSettings(seconds float64, counter string) map[string]any {
	settings := map[string]any{"sandbox_seconds": seconds}
	if counter != "" {
		settings["sandbox_counter"] = counter
	}
	return settings
}
