package main

import (
	"context"
	"flag"
	"io"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/doctor"
)

// diagnose checks everything the bot needs, and says for each what to do.
func diagnose(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("doctor", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	channel := flags.String("channel", "", "id of a channel whose permissions are checked")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return &usageError{"usage: cloudengine doctor [--channel ID]"}
	}
	c, err := config.Load(getenv, config.Serve) // with faults, what can be read of it is checked all the same
	ok := doctor.Run(ctx, doctor.Options{Config: c, ConfigError: err, Channel: *channel, Out: out, Colour: isTerminal(out) && getenv("NO_COLOR") == ""})
	if !ok {
		return &exitError{1}
	}
	return nil
}
