package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/plugins"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// providerFile describes a provider, in its folder.
const providerFile = "provider.json"

// lockProviders writes the dependency locks of providers beside their provider.json, in
// a folder of resource kinds.
func lockProviders(ctx context.Context, args []string, c config.Config, log *slog.Logger, out io.Writer) error {
	var platforms repeated
	flags := flag.NewFlagSet("providers lock", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Var(&platforms, "platform", "")
	all := flags.Bool("all", false, "")
	mirror := flags.String("mirror", "", "")
	into := flags.String("into", c.Templates, "")
	names, err := parseMixed(flags, args)
	if err != nil || *all == (len(names) > 0) {
		return &usageError{providersUsage}
	}
	if *into == "" || *into == c.Templates && c.Repository != nil {
		return &usageError{"--into names the folder with resource kinds that the lock is for, such as templates in a checkout"}
	}
	chosen, err := providersIn(*into, names)
	if err != nil {
		return err
	}
	binary, err := findTerraform(ctx, c, log)
	if err != nil {
		return err
	}
	if len(platforms) == 0 {
		platforms = plugins.Platforms()
	}
	for _, p := range chosen {
		fmt.Fprintf(out, "%s: %s\n", p.Name, pluginNames(p))
		lock, err := plugins.MakeLock(ctx, plugins.LockOptions{Binary: binary, Mirror: *mirror, Platforms: platforms, Old: p.Plugins.Lock}, p.Plugins.All)
		if err != nil {
			return err
		}
		file := filepath.Join(*into, p.Name, terraform.LockFile)
		if err := replaceFile(file, lock); err != nil {
			return fmt.Errorf("write a dependency lock: %w", err)
		}
		fmt.Fprintf(out, "%s: %s has the hashes for %s\n", p.Name, file, strings.Join(platforms, ", "))
	}
	return nil
}

// parseMixed parses flags that may stand before, between and behind what they are for.
func parseMixed(flags *flag.FlagSet, args []string) (rest []string, err error) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		if flags.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, flags.Arg(0)), flags.Args()[1:]
	}
}

// providersIn are those that were named, or all, with plugins and a provider.json in the
// folder.
func providersIn(dir string, names []string) ([]catalog.Provider, error) {
	known, err := catalog.Installed(dir)
	if err != nil {
		return nil, err
	}
	chosen, err := chosenProviders(known, names)
	if err != nil {
		return nil, err
	}
	var in []catalog.Provider
	for _, p := range chosen {
		switch _, err := os.Stat(filepath.Join(dir, p.Name, providerFile)); {
		case err == nil:
			in = append(in, p)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("look for %s: %w", providerFile, err)
		case len(names) > 0:
			return nil, &usageError{fmt.Sprintf("%s has no %s/%s: a lock lies beside it", dir, p.Name, providerFile)}
		}
	}
	if len(in) == 0 {
		return nil, &usageError{fmt.Sprintf("%s has no provider with plugins", dir)}
	}
	return in, nil
}

// replaceFile writes a file that others see whole or not at all.
func replaceFile(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".lock-")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
