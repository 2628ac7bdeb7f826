package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/store"
)

const costUsage = "usage: cloudengine cost PLAN.json [--json] [--region REGION] [--usage FILE]; PLAN.json is what `terraform show -json` writes of a plan, - reads it from the input"

// costOf prints what a plan costs. It needs no configuration: without a database
// the price list is the embedded one.
func costOf(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("cost", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	asJSON := flags.Bool("json", false, "")
	region := flags.String("region", "", "")
	usage := flags.String("usage", "", "")
	name, err := oneArgument(flags, args)
	if err != nil {
		return &usageError{costUsage}
	}
	raw, err := readFile(name)
	if err != nil {
		return err
	}
	o := cost.Options{Region: *region, Now: time.Now()}
	if *usage != "" {
		if o.Usage, err = readUsage(*usage); err != nil {
			return err
		}
	}
	if o.Book, err = priceBook(ctx, getenv); err != nil {
		return err
	}
	e, err := cost.FromPlan(raw, o)
	switch {
	case errors.Is(err, cost.ErrNotAPlan):
		return fmt.Errorf("%s: %w\n  `terraform plan -out=plan.bin` and `terraform show -json plan.bin > plan.json` make one", name, err)
	case err != nil:
		return fmt.Errorf("%s: %w", name, err)
	}
	if *region != "" {
		if err := o.Book.CheckRegion(e, *region); err != nil {
			return fmt.Errorf("--region: %w", err)
		}
	}
	unmatched := ""
	if found := o.Usage.Unmatched(e); len(found) > 0 {
		unmatched = fmt.Sprintf("%s: not in this plan, and in no sum: %s\n", *usage, strings.Join(found, ", "))
	}
	if !*asJSON {
		_, err = io.WriteString(out, e.Table()+unmatched)
		return err
	}
	if _, err := io.WriteString(os.Stderr, unmatched); err != nil {
		return err
	}
	pretty := json.NewEncoder(out)
	pretty.SetIndent("", "  ")
	pretty.SetEscapeHTML(false)
	return pretty.Encode(e)
}

// oneArgument parses flags that stand before or after one argument.
func oneArgument(flags *flag.FlagSet, args []string) (string, error) {
	if err := flags.Parse(args); err != nil {
		return "", err
	}
	if flags.NArg() == 0 {
		return "", errors.New("no argument")
	}
	argument := flags.Arg(0)
	if err := flags.Parse(flags.Args()[1:]); err != nil {
		return "", err
	}
	if flags.NArg() > 0 {
		return "", errors.New("too many arguments")
	}
	return argument, nil
}

func readFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(os.Stdin)
	}
	return os.ReadFile(name)
}

func readUsage(name string) (cost.Usage, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	u, err := cost.ParseUsage(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return u, nil
}

// priceBook is that of the database. Without one, or while it cannot be read, the
// embedded list serves: the estimate says how old its prices are.
func priceBook(ctx context.Context, getenv func(string) string) (*cost.Book, error) {
	if getenv("DATABASE_URL") == "" && getenv("DATABASE_URL_FILE") == "" {
		return cost.SeedBook()
	}
	c, err := config.Load(getenv, config.Migrate)
	if err != nil {
		return nil, err
	}
	log := newLogger(c, os.Stderr)
	book, err := storedBook(ctx, c, log)
	if err != nil {
		log.Warn("the price lists of the database cannot be read: the embedded ones are used", slog.Any("error", err))
		return cost.SeedBook()
	}
	return book, nil
}

func storedBook(ctx context.Context, c config.Config, log *slog.Logger) (*cost.Book, error) {
	s, err := store.Open(ctx, store.Options{URL: c.DatabaseURL.Reveal(), Logger: log, MaxConns: 2})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.RequireSchema(ctx); err != nil {
		return nil, err
	}
	return s.PriceBook(ctx)
}
