// Package plugins keeps the provider plugins of a host: Terraform's programs for the
// clouds, some hundred megabytes each. They are fetched once, or taken from a mirror,
// unpacked, held to a dependency lock, and linked into the directory of every run.
//
// Starting a run then installs nothing. What is linked is checked all the same: before a
// plugin is started its hash is compared with the lock's.
//
// The package must not know Discord, sessions or Postgres.
package plugins

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Options are what New needs.
type Options struct {
	Dir    string // where the plugins of this host are kept
	Mirror string // a folder that they are taken from; empty: from their registries
	Binary terraform.Binary
	Logger *slog.Logger
}

// Shelf holds the plugins of a host. Any number of goroutines, and of processes, may
// use it.
type Shelf struct{ Options }

// New returns the shelf of a host.
func New(o Options) *Shelf { return &Shelf{o} }

// Set is plugins that are ready to be linked into a run.
type Set struct {
	Dir  string // laid out as a filesystem mirror
	Lock []byte // the dependency lock that they are held to
}

// Ready returns the set with these plugins, which are fetched where this host does
// not have them yet. Of many who ask at once one fetches, and the others wait.
func (s *Shelf) Ready(ctx context.Context, wanted catalog.Plugins) (Set, error) {
	return s.ready(ctx, request{plugins: wanted.All, lock: wanted.Lock})
}

// Has reports whether the plugins are on this host.
func (s *Shelf) Has(wanted catalog.Plugins) (bool, error) {
	_, ok, err := s.have(request{plugins: wanted.All, lock: wanted.Lock})
	return ok, err
}

// Locked returns the set that a dependency lock names, which another host may have
// made: the very same plugins, or none. Where it names none the set is zero.
func (s *Shelf) Locked(ctx context.Context, lock []byte) (Set, error) {
	named, err := terraform.ParseLock(lock)
	if err != nil || len(named) == 0 {
		return Set{}, err
	}
	if s.hold(named) {
		return Set{Dir: s.mirror(), Lock: lock}, nil
	}
	r := request{lock: lock}
	for i, p := range named {
		r.plugins = append(r.plugins, catalog.Plugin{Name: fmt.Sprintf("plugin%d", i), Source: p.Address, Version: p.Version})
	}
	return s.ready(ctx, r)
}

func (s *Shelf) ready(ctx context.Context, r request) (Set, error) {
	if set, ok, err := s.have(r); ok || err != nil {
		return set, err
	}
	if err := os.MkdirAll(s.Dir, 0o755); err != nil {
		return Set{}, fmt.Errorf("make the folder for plugins: %w", err)
	}
	unlock, err := lockFile(ctx, filepath.Join(s.Dir, lockName))
	if err != nil {
		return Set{}, err
	}
	defer unlock()
	if set, ok, err := s.have(r); ok || err != nil { // somebody fetched them meanwhile
		return set, err
	}
	return s.fetch(ctx, r)
}

// request is what somebody wants: plugins, and the lock that they must match, where
// there is one.
type request struct {
	plugins []catalog.Plugin
	lock    []byte
}

// key names the request among others.
func (r request) key() string {
	lines := make([]string, 0, len(r.plugins))
	for _, p := range r.plugins {
		lines = append(lines, p.Source+" "+p.Version)
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n") + "\n\n" + string(r.lock)))
	return hex.EncodeToString(sum[:16])
}

// names are the plugins, for texts.
func (r request) names() string {
	var names []string
	for _, p := range r.plugins {
		names = append(names, p.Source+" "+p.Version)
	}
	return strings.Join(names, ", ")
}

// Names of what lies beside the plugins.
const (
	mirrorName = "mirror" // the plugins themselves: what runs link to
	lockName   = "lock"   // held while plugins are fetched
	locksName  = "locks"  // folder: the dependency lock of each request
	tempName   = "fetch-"
)

// mirror is the folder that runs link to. Nothing else is in it: Terraform looks at all
// that is, and fails where something goes away meanwhile.
func (s *Shelf) mirror() string { return filepath.Join(s.Dir, mirrorName) }

func (s *Shelf) lockPath(r request) string {
	return filepath.Join(s.Dir, locksName, r.key()+".hcl")
}

// have looks whether all that is wanted is there. A plugin comes into its place
// whole, and before the lock that names it.
func (s *Shelf) have(r request) (Set, bool, error) {
	lock, err := os.ReadFile(s.lockPath(r))
	if errors.Is(err, fs.ErrNotExist) {
		return Set{}, false, nil
	}
	if err != nil {
		return Set{}, false, fmt.Errorf("read a dependency lock: %w", err)
	}
	named, err := terraform.ParseLock(lock)
	if err != nil {
		return Set{}, false, err
	}
	return Set{Dir: s.mirror(), Lock: lock}, s.hold(named), nil
}

// hold reports whether all of them are there: one may have been taken away by hand.
func (s *Shelf) hold(named []terraform.Locked) bool {
	return !slices.ContainsFunc(named, func(p terraform.Locked) bool {
		_, err := os.Stat(filepath.Join(s.mirror(), p.Path(terraform.Platform)))
		return err != nil
	})
}
