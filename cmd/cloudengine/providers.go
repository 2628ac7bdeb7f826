package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/plugins"
	"github.com/cloud-engine/cloudengine/internal/repository"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

const providersUsage = "usage:\n  cloudengine providers list\n  cloudengine providers warm [PROVIDER]..." +
	"\n  cloudengine providers lock PROVIDER...|--all [--platform OS_ARCH]... [--mirror FOLDER|URL] [--into FOLDER]"

// providers lists the clouds that can be deployed to with their plugins, fetches those
// ahead of the first plan, or writes down their hashes.
func providers(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	if len(args) == 0 || !slices.Contains([]string{"list", "warm", "lock"}, args[0]) || args[0] == "list" && len(args) > 1 {
		return &usageError{providersUsage}
	}
	c, err := config.Load(getenv, config.Tool)
	if err != nil {
		return err
	}
	log := newLogger(c, os.Stderr)
	if args[0] == "lock" {
		return lockProviders(ctx, args[1:], c, log, out)
	}
	if r := c.Repository; r != nil {
		if err := repository.Fetch(ctx, *r, c.RepositoriesDir(), log); err != nil {
			return err
		}
	}
	known, err := catalog.Installed(c.Templates)
	if err != nil {
		return err
	}
	if args[0] == "list" {
		return printProviders(known, c, out)
	}
	chosen, err := chosenProviders(known, args[1:])
	if err != nil {
		return err
	}
	binary, err := findTerraform(ctx, c, log)
	if err != nil {
		return err
	}
	shelf := plugins.New(plugins.Options{Dir: c.PluginsDir(), Mirror: c.Mirror, Binary: binary, Logger: log})
	for _, p := range chosen {
		fmt.Fprintf(out, "%s: %s\n", p.Name, pluginNames(p))
		if _, err := shelf.Ready(ctx, p.Plugins); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: ready in %s\n", p.Name, c.PluginsDir())
	}
	return nil
}

func findTerraform(ctx context.Context, c config.Config, log *slog.Logger) (terraform.Binary, error) {
	return terraform.Find(ctx, terraform.FindOptions{Path: c.TerraformPath, InstallDir: filepath.Join(c.DataDir, "terraform"), Logger: log})
}

// chosenProviders are those that were named, or all that have plugins.
func chosenProviders(known *catalog.Catalog, names []string) ([]catalog.Provider, error) {
	var chosen []catalog.Provider
	for _, p := range known.Providers() {
		if len(p.Plugins.All) > 0 && (len(names) == 0 || slices.Contains(names, p.Name)) {
			chosen = append(chosen, p)
		}
	}
	for _, name := range names {
		if p, ok := known.Provider(name); !ok || len(p.Plugins.All) == 0 {
			return nil, &usageError{fmt.Sprintf("there is no provider %q with plugins; `cloudengine providers list` lists them", name)}
		}
	}
	return chosen, nil
}

func printProviders(known *catalog.Catalog, c config.Config, out io.Writer) error {
	shelf := plugins.New(plugins.Options{Dir: c.PluginsDir()})
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROVIDER\tPLUGINS\tLOCKED\tON THIS HOST")
	for _, p := range known.Providers() {
		names, here := pluginNames(p), "no: fetched with the first plan, or by `providers warm`"
		lock, err := lockedness(p)
		if err != nil {
			return err
		}
		switch there, err := shelf.Has(p.Plugins); {
		case err != nil:
			return err
		case len(p.Plugins.All) == 0:
			names, lock, here = "none needed", "-", "yes"
		case there:
			here = "yes"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.Name, names, lock, here)
	}
	return w.Flush()
}

// lockedness says whether the provider comes with the hashes of its plugins.
func lockedness(p catalog.Provider) (string, error) {
	if p.Plugins.Lock == nil {
		return "no", nil
	}
	missing, err := plugins.Unlocked(p.Plugins.Lock, p.Plugins.All)
	if err != nil {
		return "", fmt.Errorf("%s: %w", p.Name, err)
	}
	if len(missing) > 0 {
		return "outdated: run `providers lock`", nil
	}
	return "yes", nil
}

func pluginNames(p catalog.Provider) string {
	var names []string
	for _, plugin := range p.Plugins.All {
		names = append(names, plugin.Source+" "+plugin.Version)
	}
	return strings.Join(names, ", ")
}
