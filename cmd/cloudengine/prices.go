package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/prices"
	"github.com/cloud-engine/cloudengine/internal/store"
)

const pricesUsage = "usage:\n  cloudengine prices list\n  cloudengine prices import aws|azure|gcp [--region REGION]... [--accept-changes]"

// listPrices are the subcommands that work on the price book.
func listPrices(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	switch {
	case len(args) == 1 && args[0] == "list":
		return withPrices(ctx, getenv, func(s *store.Store, _ config.Config) error { return printPrices(ctx, s, out) })
	case len(args) >= 2 && args[0] == "import" && slices.Contains(prices.Providers(), args[1]):
		var regions repeated
		flags := flag.NewFlagSet("prices import", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		flags.Var(&regions, "region", "")
		accept := flags.Bool("accept-changes", false, "")
		if err := flags.Parse(args[2:]); err != nil || flags.NArg() > 0 {
			return &usageError{pricesUsage}
		}
		return withPrices(ctx, getenv, func(s *store.Store, c config.Config) error {
			return importPrices(ctx, s, c, prices.Options{AcceptChanges: *accept}, args[1], regions, out)
		})
	}
	return &usageError{pricesUsage}
}

// repeated is a flag that may be given more than once.
type repeated []string

func (r *repeated) String() string { return strings.Join(*r, ",") }

func (r *repeated) Set(s string) error {
	*r = append(*r, s)
	return nil
}

// withPrices opens the price book, with the embedded lists in it, beside a bot that may
// run.
func withPrices(ctx context.Context, getenv func(string) string, fn func(*store.Store, config.Config) error) error {
	c, err := config.Load(getenv, config.Migrate) // the database; prices are no secret
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Options{URL: c.DatabaseURL.Reveal(), Logger: newLogger(c, os.Stderr), MaxConns: 2})
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.RequireSchema(ctx); err != nil {
		return err
	}
	seed, err := cost.Seed()
	if err != nil {
		return err
	}
	if err := s.LoadPrices(ctx, seed); err != nil {
		return err
	}
	return fn(s, c)
}

func importPrices(ctx context.Context, s *store.Store, c config.Config, o prices.Options, provider string, regions []string, out io.Writer) error {
	log := newLogger(c, os.Stderr)
	bar := newBar(out, log)
	o.Store, o.AWS, o.Azure, o.GCP, o.GCPKey = s, c.Prices.AWS, c.Prices.Azure, c.Prices.GCP, c.Prices.GCPKey.Reveal()
	o.Progress, o.Logger = bar.show, log
	i := prices.New(o)
	defer i.Close()
	res, err := i.Import(ctx, provider, regions, func() { fmt.Fprintln(out, "Another process imports these prices now: waiting for it.") })
	bar.end()
	if err != nil {
		return err
	}
	if len(res.Refused) > 0 {
		fmt.Fprintf(out, "The new list of %s has %d prices and was refused. The prices before stay in use.\n", provider, res.Prices)
		for _, r := range res.Refused {
			fmt.Fprintf(out, "  %s\n", r)
		}
		fmt.Fprintln(out, "Where the provider's own price page has changed so, --accept-changes takes such differences.")
		return &exitError{1}
	}
	_, err = fmt.Fprintf(out, "%d prices of %s are in use, SHA-256 %.12s.\n", res.Prices, provider, res.SHA256)
	return err
}

// printPrices says how the prices of each provider are, and lists the price lists that
// are kept.
func printPrices(ctx context.Context, s *store.Store, out io.Writer) error {
	list, err := s.PriceSnapshots(ctx)
	if err != nil {
		return err
	}
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	for _, standing := range prices.Standings(list) {
		fmt.Fprintf(out, "%s: %s.\n", standing.Provider, standing.Text(now))
	}
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROVIDER\tSTATE\tPUBLISHED\tDAYS OLD\tFETCHED\tPRICES\tREGIONS\tSOURCE")
	for _, l := range list {
		regions := "all"
		if len(l.Regions) > 0 {
			regions = strings.Join(l.Regions, ",")
		} else if l.Embedded {
			regions = "embedded"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", l.Provider, l.State, day(l.Published), daysOld(now, l.Published), day(l.Fetched), l.Rows, regions, l.Source)
		for _, r := range l.Reasons {
			fmt.Fprintf(w, "\t\t\t\t\t\t\t  refused: %s\n", r)
		}
	}
	return w.Flush()
}

func day(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}

func daysOld(now time.Time, t *time.Time) string {
	if t == nil {
		return "-"
	}
	return strconv.Itoa(int(now.Sub(*t).Hours() / 24))
}

// bar shows how far an import has come: in place on a terminal, else as lines of the
// log, one a part.
type bar struct {
	out   io.Writer
	width int // of the terminal; 0: none
	log   *slog.Logger
	done  int
}

func newBar(out io.Writer, log *slog.Logger) *bar {
	b := &bar{out: out, log: log}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b.width, _, _ = term.GetSize(int(f.Fd()))
	}
	return b
}

func (b *bar) show(p prices.Progress) {
	if b.width > 0 {
		fmt.Fprintf(b.out, "\r\x1b[K%s", barLine(p, b.width))
		return
	}
	if p.Done > b.done {
		b.done = p.Done
		b.log.Info("prices imported", slog.String("provider", p.Provider), slog.String("part", p.Part), slog.Int("done", p.Done), slog.Int("of", p.Parts), slog.Int("prices", p.Prices))
	}
}

func (b *bar) end() {
	if b.width > 0 {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
}

// barLine is a bar and what is read, in a width.
func barLine(p prices.Progress, width int) string {
	const cells = 24
	full := cells * p.Done / max(p.Parts, 1)
	line := []rune(fmt.Sprintf("[%s%s] %d of %d, %d prices, %s", strings.Repeat("#", full), strings.Repeat("-", cells-full), p.Done, p.Parts, p.Prices, p.Part))
	return string(line[:min(len(line), max(width-1, 0))])
}
