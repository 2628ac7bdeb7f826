package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/keep"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// stackVerb is one thing to do to a stack by hand. prepare declares its flags and
// returns what does it.
type stackVerb struct {
	name, usage string
	prepare     func(flags *flag.FlagSet, m *orchestrator.Mending) stackWork
}

type stackWork func(ctx context.Context, e *app.Engine, out io.Writer) error

func stackVerbs() []stackVerb {
	return []stackVerb{
		{"export", "--to DIR --reason TEXT", exportStack},
		{"state list", "", listStates},
		{"state pull", "[--version N] --reason TEXT", pullState},
		{"state push", "--from FILE [--force] --reason TEXT", pushState},
		{"forget", "--confirm STACK --reason TEXT", forgetStack},
	}
}

// stack works on one stack by hand, beside a bot that may run.
func stack(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	for _, v := range stackVerbs() {
		words := strings.Fields(v.name)
		if len(args) >= len(words) && slices.Equal(args[:len(words)], words) {
			return v.run(ctx, args[len(words):], getenv, out)
		}
	}
	usage := []string{"usage:"}
	for _, v := range stackVerbs() {
		usage = append(usage, "  cloudengine "+v.describe())
	}
	return &usageError{strings.Join(usage, "\n")}
}

func (v stackVerb) describe() string {
	return strings.Join(strings.Fields("stack "+v.name+" SERVER/PROJECT/STACK "+v.usage), " ")
}

func (v stackVerb) run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	var parts []string
	if len(args) > 0 {
		parts = strings.Split(args[0], "/")
	}
	if len(parts) != 3 {
		return &usageError{"usage: cloudengine " + v.describe()}
	}
	m := orchestrator.Mending{GuildID: parts[0], Project: parts[1], Stack: parts[2], Operator: operator(getenv)}
	flags := flag.NewFlagSet("stack", flag.ContinueOnError)
	work := v.prepare(flags, &m)
	if err := parse(flags, args[1:], v.describe()); err != nil {
		return err
	}
	c, err := operate(getenv)
	if err != nil {
		return err
	}
	e, err := app.Open(ctx, app.Options{Config: c, Logger: newLogger(c, os.Stderr), Version: version})
	if err != nil {
		return err
	}
	defer e.Close()
	return work(ctx, e, out)
}

func withReason(flags *flag.FlagSet, m *orchestrator.Mending) {
	flags.StringVar(&m.Reason, "reason", "", "why, for the audit")
}

func exportStack(flags *flag.FlagSet, m *orchestrator.Mending) stackWork {
	withReason(flags, m)
	to := flags.String("to", "", "new directory")
	return func(ctx context.Context, e *app.Engine, out io.Writer) error {
		files, err := e.Orchestrator.ExportStack(ctx, *m)
		if err != nil {
			return err
		}
		if err := keep.WriteFolder(*to, files); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s holds the configuration and the state of %s, with what is secret in it in clear. There, `terraform init` and `terraform plan` go on without Cloud Engine.\nThe engine manages the stack still: do not apply there before `cloudengine stack forget`.\n", *to, m.Stack)
		return err
	}
}

func listStates(_ *flag.FlagSet, m *orchestrator.Mending) stackWork {
	return func(ctx context.Context, e *app.Engine, out io.Writer) error {
		list, err := e.Orchestrator.StateVersions(ctx, *m)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "VERSION\tSERIAL\tSAVED\tBYTES\tFROM\tLINEAGE")
		for _, v := range list {
			from := fmt.Sprintf("run %d", v.RunID)
			if v.PushedBy != "" {
				from = "operator " + v.PushedBy
			}
			fmt.Fprintf(w, "%d\t%d\t%s\t%d\t%s\t%s\n", v.ID, v.Serial, v.SavedAt.UTC().Format(time.RFC3339), v.Size, from, v.Lineage)
		}
		return w.Flush()
	}
}

func pullState(flags *flag.FlagSet, m *orchestrator.Mending) stackWork {
	withReason(flags, m)
	version := flags.Int64("version", 0, "a past version, of `stack state list`")
	return func(ctx context.Context, e *app.Engine, out io.Writer) error {
		raw, err := e.Orchestrator.PullState(ctx, *m, *version)
		if err != nil {
			return err
		}
		_, err = out.Write(raw)
		return err
	}
}

func pushState(flags *flag.FlagSet, m *orchestrator.Mending) stackWork {
	withReason(flags, m)
	from := flags.String("from", "", "file with the state")
	force := flags.Bool("force", false, "although it is older, or of another lineage")
	return func(ctx context.Context, e *app.Engine, out io.Writer) error {
		raw, err := os.ReadFile(*from)
		if err != nil {
			return err
		}
		state, err := terraform.ParseState(raw)
		if err != nil {
			return fmt.Errorf("%s: %w", *from, err)
		}
		meta := project.StateMeta{Lineage: state.Lineage, Serial: int64(state.Serial)}
		if err := e.Orchestrator.PushState(ctx, *m, meta, raw, *force); err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "The state of %s is the one with serial %d now. Plans of it that were open are made again; the state before stays a past version.\n", m.Stack, meta.Serial)
		return err
	}
}

func forgetStack(flags *flag.FlagSet, m *orchestrator.Mending) stackWork {
	withReason(flags, m)
	confirm := flags.String("confirm", "", "the stack's name")
	return func(ctx context.Context, e *app.Engine, out io.Writer) error {
		if err := e.Orchestrator.ForgetStack(ctx, *m, *confirm); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "Cloud Engine does not manage %s any more. What it holds stays in the cloud. Its last states are kept: `cloudengine stack state list %s/%s/%s`.\n", m.Stack, m.GuildID, m.Project, m.Stack)
		return err
	}
}
