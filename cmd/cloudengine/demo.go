package main

import (
	"context"
	"flag"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"

	"github.com/cloud-engine/cloudengine/internal/config"
	playground "github.com/cloud-engine/cloudengine/internal/demo"
)

// demo plays a deployment on this machine.
func demo(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	keep := flags.Bool("keep", false, "leave it running")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return &usageError{"usage: cloudengine demo [--keep]"}
	}
	// `demo | head` must not end it before it has stopped what it started.
	signal.Ignore(syscall.SIGPIPE)
	c, err := config.Load(getenv, config.Demo)
	if err != nil {
		return err
	}
	return playground.Run(ctx, playground.Options{Config: c, Out: out, Colour: isTerminal(out) && getenv("NO_COLOR") == "", Keep: *keep, Version: version})
}

// isTerminal reports whether people look at out as it is written.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
