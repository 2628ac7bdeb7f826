package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/rego"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// version is set by the linker.
var version = "development"

// command is a subcommand of the program.
type command struct {
	name   string
	help   string
	hidden bool
	run    func(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error
}

func commands() []command {
	return []command{
		{name: "serve", help: "run the bot", run: serve},
		{name: "demo", help: "try it on this machine, with no Discord, no cloud and no configuration: at a terminal a page in the browser (--web; --listen ADDRESS), else a deployment that plays by itself (--play)", run: demo},
		{name: "discordsim", help: "run a local Discord with a page for the browser, for bots in any language (--listen ADDRESS, --world FILE, --print json)", run: localDiscord},
		{name: "doctor", help: "check token, servers, permissions, clock, data directory, Terraform and Postgres (--channel ID checks one channel)", run: diagnose},
		{name: "migrate", help: "bring the database's schema up to date, and exit", run: migrate},
		{name: "policies", help: "check the policies that plans are judged by, and list them (policies test runs their tests)", run: policies},
		{name: "providers", help: "list the clouds and the Terraform plugins that they take, or fetch those ahead of the first plan (providers warm [PROVIDER]...; providers lock writes down their hashes)", run: providers},
		{name: "regions", help: "list the clouds' regions, zones and what is not offered where, or ask a cloud for them anew (regions refresh PROVIDER --credentials PROFILE)", run: regions},
		{name: "cost", help: "print what a plan costs, from list prices: cost PLAN.json of `terraform show -json` (--json, --region REGION, --usage FILE); no configuration needed", run: costOf},
		{name: "prices", help: "list the price lists that estimates are made of, or import one (prices import aws|azure|gcp; --region REGION for some regions alone, --accept-changes where so many changed prices are right)", run: listPrices},
		{name: "backup", help: "write the database and your templates and policies into a new file (--to FILE); the key is not in it", run: backup},
		{name: "restore", help: "make an engine of a backup, in an empty database (--from FILE)", run: restore},
		{name: "key", help: "name the key in use (key id), or encrypt everything anew with another (key rotate --new-key-file FILE)", run: key},
		{name: "stack", help: "work on one stack by hand: export it, list, pull or push its state, or forget it", run: stack},
		{name: "healthcheck", help: "ask the running bot whether it is ready; the exit code answers", run: healthcheck},
		{name: "version", help: "print the version", run: func(_ context.Context, _ []string, _ func(string) string, out io.Writer) error {
			_, err := fmt.Fprintln(out, version)
			return err
		}},
		{name: "help", help: "print this, and the settings", run: help},
		{name: terraform.SuperviseCommand, hidden: true, run: supervise},
	}
}

// run is the program: it finds the subcommand and runs it.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	if len(args) == 0 || slices.Contains([]string{"-h", "-help", "--help"}, args[0]) {
		return help(ctx, nil, getenv, out)
	}
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, args[1:], getenv, out)
		}
	}
	return &usageError{fmt.Sprintf("there is no command %q; `cloudengine help` lists them", args[0])}
}

// usageError is a command line that cannot be understood.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

// exitError ends the program with a code and without a word.
type exitError struct{ code int }

func (e *exitError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

// exitConfig says that the configuration is wrong (EX_CONFIG of sysexits.h): a
// restart cannot help, and whoever restarts the bot should stop doing so.
const exitConfig = 78

func exitCode(err error) int {
	var exit *exitError
	var usage *usageError
	var settings *config.Error
	var broken *rego.LoadError
	switch {
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &usage):
		return 2
	case errors.As(err, &settings), errors.As(err, &broken):
		return exitConfig
	}
	return 1
}

func help(_ context.Context, _ []string, _ func(string) string, out io.Writer) error {
	var b strings.Builder
	b.WriteString("Cloud Engine provisions cloud infrastructure from a Discord server.\n\nUsage: cloudengine COMMAND\n\nCommands:\n")
	for _, c := range commands() {
		if !c.hidden {
			fmt.Fprintf(&b, "  %-12s %s\n", c.name, c.help)
		}
	}
	b.WriteString("\nSettings, from the environment:\n")
	b.WriteString(config.Help())
	_, err := io.WriteString(out, b.String())
	return err
}

// supervise is what the bot starts for an apply; nobody else should.
func supervise(_ context.Context, args []string, _ func(string) string, _ io.Writer) error {
	if len(args) != 1 {
		return &usageError{"supervise takes a run directory"}
	}
	if code := terraform.Supervise(args[0]); code != 0 {
		return &exitError{code}
	}
	return nil
}

// noArguments refuses what a command would silently ignore.
func noArguments(name string, args []string) error {
	if len(args) > 0 {
		return &usageError{fmt.Sprintf("%s takes no arguments, got %q", name, args)}
	}
	return nil
}
