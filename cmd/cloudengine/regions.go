package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/repository"
	"github.com/cloud-engine/cloudengine/internal/store"
)

const regionsUsage = "usage:\n  cloudengine regions [PROVIDER]\n  cloudengine regions refresh PROVIDER [--credentials PROFILE] [--accept-changes]"

const regionsHelp = regionsUsage + `

regions lists the regions that people can choose, with their zones and what is not
offered there, since when that is known, and from where: it came with the program, or
the cloud said so.

regions refresh asks the cloud, through Terraform's plugin for it, and changes nothing
there. Every bot on the database takes the answer up at once. A region that is new is
offered by its name.

  --credentials PROFILE  a credentials profile of this host that lists the provider;
                         without it Terraform finds what it finds, as in projects
                         without a profile
  --accept-changes       take an answer in which the default region, or more than a
                         fifth of the regions, zones or sizes in use are missing
`

// regions lists the providers' regions, or asks a provider for them anew.
func regions(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	switch {
	case len(args) > 0 && slices.Contains([]string{"-h", "-help", "--help"}, args[0]):
		_, err := io.WriteString(out, regionsHelp)
		return err
	case len(args) >= 2 && args[0] == "refresh":
		return refreshRegions(ctx, args[1], args[2:], getenv, out)
	case len(args) > 1 || len(args) == 1 && (args[0] == "refresh" || strings.HasPrefix(args[0], "-")):
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
	listed := modules.Providers()
	if len(args) == 1 {
		p, err := namedProvider(modules, args[0])
		if err != nil {
			return err
		}
		listed = []catalog.Provider{p}
	}
	known, err := withPlaces(ctx, c, modules)
	if err != nil {
		return err
	}
	for i, p := range listed {
		listed[i], _ = known.Provider(p.Name)
	}
	return printRegions(listed, out)
}

// fetchedModules are those that come with the program, and the operator's.
func fetchedModules(ctx context.Context, c config.Config) (*catalog.Catalog, error) {
	if r := c.Repository; r != nil {
		if err := repository.Fetch(ctx, *r, c.RepositoriesDir(), newLogger(c, os.Stderr)); err != nil {
			return nil, err
		}
	}
	return catalog.Installed(c.Templates)
}

func namedProvider(modules *catalog.Catalog, name string) (catalog.Provider, error) {
	p, ok := modules.Provider(name)
	if !ok {
		var names []string
		for _, p := range modules.Providers() {
			names = append(names, p.Name)
		}
		return p, &usageError{fmt.Sprintf("there is no provider %q: one of %s", name, strings.Join(names, ", "))}
	}
	return p, nil
}

// withPlaces adds what the database has of what providers said; without a database, or
// before its schema is there, nobody was asked.
func withPlaces(ctx context.Context, c config.Config, modules *catalog.Catalog) (*catalog.Catalog, error) {
	if !c.DatabaseURL.IsSet() {
		return modules, nil
	}
	s, err := store.Open(ctx, store.Options{URL: c.DatabaseURL.Reveal(), Logger: newLogger(c, os.Stderr), MaxConns: 2})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := s.RequireSchema(ctx); err != nil {
		return nil, err
	}
	found, err := s.Places(ctx)
	if err != nil {
		return nil, err
	}
	return modules.With(found), nil
}

func printRegions(providers []catalog.Provider, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PROVIDER\tREGION\tTITLE\tZONES\tSINCE\tFROM\tNOT OFFERED")
	for _, p := range providers {
		for _, r := range p.Regions {
			name, since, from := r.Name, "-", "the program"
			if r.Name == p.DefaultRegion {
				name += " (default)"
			}
			if !r.Fetched.IsZero() {
				since, from = r.Fetched.UTC().Format(time.DateOnly), "the cloud"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Name, name, r.Title, zoneWords(r.Zones), since, from, cmp.Or(strings.Join(r.Without, " "), "-"))
		}
	}
	return w.Flush()
}

func zoneWords(zones []string) string {
	switch {
	case zones == nil:
		return "not known"
	case len(zones) == 0:
		return "none"
	}
	return strings.Join(zones, " ")
}
