package plugins

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// fetch installs what is wanted beside the shelf, and puts it there. s.Dir is locked.
func (s *Shelf) fetch(ctx context.Context, r request) (Set, error) {
	if err := r.outdated(); err != nil {
		return Set{}, err
	}
	s.clear(ctx)
	s.Logger.InfoContext(ctx, "provider plugins are fetched", slog.String("plugins", r.names()), slog.String("mirror", s.Mirror))
	temp, err := os.MkdirTemp(s.Dir, tempName)
	if err != nil {
		return Set{}, fmt.Errorf("make a folder to fetch plugins into: %w", err)
	}
	defer os.RemoveAll(temp)
	if err := r.configure(temp); err != nil {
		return Set{}, err
	}
	if err := terraform.InstallPlugins(ctx, s.Binary, temp, s.Mirror); err != nil {
		if ctx.Err() != nil {
			return Set{}, err
		}
		return Set{}, s.unreachable(r, err)
	}
	lock, err := os.ReadFile(filepath.Join(temp, terraform.LockFile))
	if err != nil {
		return Set{}, fmt.Errorf("read the dependency lock of what was fetched: %w", err)
	}
	named, err := terraform.ParseLock(lock)
	if err != nil {
		return Set{}, err
	}
	for _, p := range named {
		if err := s.shelve(temp, p); err != nil {
			return Set{}, err
		}
	}
	if err := os.MkdirAll(filepath.Join(s.Dir, locksName), 0o755); err != nil {
		return Set{}, fmt.Errorf("keep a dependency lock: %w", err)
	}
	kept := filepath.Join(temp, "kept")
	if err := os.WriteFile(kept, lock, 0o644); err != nil {
		return Set{}, fmt.Errorf("keep a dependency lock: %w", err)
	}
	if err := os.Rename(kept, s.lockPath(r)); err != nil {
		return Set{}, fmt.Errorf("keep a dependency lock: %w", err)
	}
	s.Logger.InfoContext(ctx, "provider plugins are ready", slog.String("plugins", r.names()))
	return Set{Dir: s.mirror(), Lock: lock}, nil
}

// outdated refuses a lock that does not name what is wanted: Terraform would add to it
// whatever it gets.
func (r request) outdated() error {
	if r.lock == nil {
		return nil
	}
	unlocked, err := Unlocked(r.lock, r.plugins)
	if err != nil || len(unlocked) == 0 {
		return err
	}
	return usererr.New(usererr.Unavailable, "The dependency lock of this provider does not name %s. Nothing was changed. Whoever runs the engine makes the lock anew with `cloudengine providers lock`; then plan again.", request{plugins: unlocked}.names())
}

// configure writes a configuration that needs the plugins and has nothing else.
func (r request) configure(dir string) error {
	required := map[string]any{}
	for _, p := range r.plugins {
		required[p.Name] = map[string]any{"source": p.Source, "version": p.Version}
	}
	raw, err := json.Marshal(map[string]any{"terraform": map[string]any{"required_providers": required}})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, catalog.RootFile), raw, 0o600)
	}
	if err == nil && r.lock != nil {
		err = os.WriteFile(filepath.Join(dir, terraform.LockFile), r.lock, 0o600)
	}
	if err != nil {
		return fmt.Errorf("write what plugins are wanted: %w", err)
	}
	return nil
}

// shelve puts a plugin that was installed in a directory to the others, whole or not
// at all. One that is there stays, as runs may use it.
func (s *Shelf) shelve(temp string, p terraform.Locked) error {
	from, to := filepath.Join(temp, ".terraform", "providers", p.Path(terraform.Platform)), filepath.Join(s.mirror(), p.Path(terraform.Platform))
	if _, err := os.Stat(to); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return fmt.Errorf("keep a plugin: %w", err)
	}
	whole := from
	if info, err := os.Lstat(from); err != nil || !info.IsDir() { // a link into a mirror
		whole = filepath.Join(temp, "whole")
		if err := errors.Join(os.RemoveAll(whole), os.CopyFS(whole, os.DirFS(from))); err != nil {
			return fmt.Errorf("keep a plugin: %w", err)
		}
	}
	if err := open(whole); err != nil {
		return fmt.Errorf("keep a plugin: %w", err)
	}
	if err := os.Rename(whole, to); err != nil {
		return fmt.Errorf("keep a plugin: %w", err)
	}
	return nil
}

// open lets everybody read and nobody write: Terraform may run as another user.
func open(dir string) error {
	return filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(name, 0o755)
	})
}

// clear takes away what was left of a fetch that was killed.
func (s *Shelf) clear(ctx context.Context) {
	entries, err := os.ReadDir(s.Dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempName) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(s.Dir, e.Name())))
		}
	}
	if err != nil {
		s.Logger.WarnContext(ctx, "what was left of a fetch of plugins could not be taken away", slog.Any("error", err))
	}
}

// unlocked is how Terraform says, in a frame, that a plugin is not the locked one.
var unlocked = regexp.MustCompile(`match\s+any\s+of\s+the\s+checksums|checksums\s+previously\s+recorded`)

// unreachable says that the plugins could not be had, and what helps.
func (s *Shelf) unreachable(r request, cause error) error {
	if unlocked.MatchString(cause.Error()) {
		return usererr.New(usererr.Unavailable, "The provider plugins (%s) that this host would get are not those of the dependency lock, so they were not taken. Nothing was changed. Whoever runs the engine finds out whether they were changed, or the lock has no hashes for %s; then plan again.", r.names(), terraform.Platform).Wrap(cause)
	}
	if s.Mirror != "" {
		return usererr.New(usererr.Unavailable, "The provider plugins (%s) are not on this host, and the folder that CLOUDENGINE_PROVIDER_MIRROR names does not have them for %s. Nothing was changed. Whoever runs the engine can add them there; then plan again.", r.names(), terraform.Platform).Wrap(cause)
	}
	return usererr.New(usererr.Unavailable, "The provider plugins (%s) are not on this host yet, and could not be fetched from their registry. Nothing was changed. Plan again when the host reaches the network; whoever runs the engine can fetch them ahead with `cloudengine providers warm`, or set CLOUDENGINE_PROVIDER_MIRROR.", r.names()).Wrap(cause)
}
