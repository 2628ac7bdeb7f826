package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/plugins"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/worker"
)

// RefreshPlaces asks a provider for its regions, by hand, beside a bot that may run: it
// needs the database and this host's Terraform, plugins and credentials profiles.
func RefreshPlaces(ctx context.Context, o Options, r worker.PlacesRequest) (worker.Places, error) {
	c := o.Config
	dir, err := checksDir(c.DataDir)
	if err != nil {
		return worker.Places{}, err
	}
	binary, err := terraform.Find(ctx, terraform.FindOptions{Path: c.TerraformPath, InstallDir: filepath.Join(c.DataDir, "terraform"), Logger: o.Logger})
	if err != nil {
		return worker.Places{}, err
	}
	runAs, err := TerraformUser(ctx, c, binary, o.Logger)
	if err != nil {
		return worker.Places{}, err
	}
	s, err := store.Open(ctx, store.Options{URL: c.DatabaseURL.Reveal(), Logger: o.Logger, MaxConns: 2})
	if err != nil {
		return worker.Places{}, err
	}
	defer s.Close()
	if err := s.RequireSchema(ctx); err != nil {
		return worker.Places{}, err
	}
	host, err := os.Hostname()
	if err != nil {
		return worker.Places{}, fmt.Errorf("name of this host: %w", err)
	}
	w := worker.New(worker.Options{
		Store: s, Binary: binary, RunsDir: dir, Credentials: credentials.Of(c, host), User: runAs, Logger: o.Logger,
		Plugins: plugins.New(plugins.Options{Dir: c.PluginsDir(), Mirror: c.Mirror, Binary: binary, Logger: o.Logger}),
	})
	return w.RefreshPlaces(ctx, r)
}

// leftOver is older than any check: whoever made it was killed.
const leftOver = time.Hour

// checksDir is where questions are planned: not among the runs, which a bot beside this
// process tidies away. What a killed process left there goes.
func checksDir(dataDir string) (string, error) {
	dir := filepath.Join(dataDir, "checks")
	for _, d := range []string{filepath.Join(dataDir, "runs"), dir} {
		if err := os.MkdirAll(d, passable); err != nil {
			return "", unwritable(dataDir, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", unwritable(dataDir, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > leftOver {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return "", fmt.Errorf("remove what is left of a check: %w", err)
			}
		}
	}
	return dir, nil
}
