package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/usererr"
	"github.com/cloud-engine/cloudengine/internal/worker"
)

// refreshRegions asks a provider for its regions anew.
func refreshRegions(ctx context.Context, provider string, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("regions refresh", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	profile := flags.String("credentials", "", "")
	accept := flags.Bool("accept-changes", false, "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || strings.HasPrefix(provider, "-") {
		return &usageError{regionsUsage}
	}
	c, err := config.Load(getenv, config.Tool)
	if err != nil {
		return err
	}
	modules, err := fetchedModules(ctx, c)
	if err != nil {
		return err
	}
	p, err := namedProvider(modules, provider)
	if err != nil {
		return err
	}
	if !p.KnowsPlaces() {
		return fmt.Errorf("%s cannot be asked: Terraform's plugin for it has no data sources that list its regions. Those in use came with its modules and change with them; docs/operations.md says how to change them yourself", p.Title)
	}
	if c, err = config.Load(getenv, config.Migrate); err != nil { // the database; regions are no secret
		return err
	}
	res, err := app.RefreshPlaces(ctx, app.Options{Config: c, Logger: newLogger(c, os.Stderr), Version: version}, worker.PlacesRequest{
		Modules: modules, Provider: provider, Accept: *accept, Parallel: c.ParallelRuns,
		Use: credentials.Use{Profile: *profile, Provider: provider, Operator: true},
		Asked: func(region string, done, of int, problem error) {
			if problem != nil {
				fmt.Fprintf(out, "[%d/%d] %s: %s\n", done, of, region, problemText(problem))
				return
			}
			fmt.Fprintf(out, "[%d/%d] %s\n", done, of, region)
		},
	})
	if err != nil {
		return fmt.Errorf("%w\nWhat was known of the regions of %s stays in use", err, provider)
	}
	return printRefreshed(provider, res, out)
}

// problemText is why a region was not asked, in one line.
func problemText(err error) string {
	if e, ok := usererr.Of(err); ok {
		err = errors.New(e.Public)
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}

func printRefreshed(provider string, res worker.Places, out io.Writer) error {
	if len(res.Doubts) > 0 {
		fmt.Fprintf(out, "The answer was refused, and what was known of %s stays in use:\n  %s\n", provider, strings.Join(res.Doubts, "\n  "))
		fmt.Fprintln(out, "Look whether the credentials may see everything. Where the cloud has changed so, --accept-changes takes the answer.")
		return &exitError{1}
	}
	if n := len(res.Regions); n == 1 {
		fmt.Fprintf(out, "1 region of %s is in use.\n", provider)
	} else {
		fmt.Fprintf(out, "%d regions of %s are in use.\n", n, provider)
	}
	for _, said := range []struct {
		what  string
		names []string
	}{{"New", res.New}, {"Gone", res.Gone}, {"Not asked, so that what was known of them stays", res.Kept}} {
		if len(said.names) > 0 {
			fmt.Fprintf(out, "%s: %s.\n", said.what, strings.Join(said.names, ", "))
		}
	}
	return nil
}
