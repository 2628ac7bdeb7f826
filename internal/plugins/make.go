package plugins

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Platforms are those that a dependency lock is made for where nobody says otherwise:
// what the engine runs on, and what modules are written on.
func Platforms() []string {
	return []string{"linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"}
}

// LockOptions say how to make a dependency lock.
type LockOptions struct {
	Binary    terraform.Binary
	Mirror    string   // a folder, or an address that begins with https://; empty: the registries
	Platforms []string // none: those of Platforms
	Old       []byte   // the lock as it is, if there is one
}

var (
	platformName = regexp.MustCompile(`^[a-z0-9]+_[a-z0-9]+$`)
	// lockFailed is how Terraform says, in a frame, for which platform it failed.
	lockFailed = regexp.MustCompile(`(?s)requested providers for\b.{0,60}?\b([a-z]+_[a-z0-9]+)\b`)
)

// MakeLock returns the dependency lock of the plugins, with their hashes for the
// platforms. It runs none of them. That it cannot be made is a usererr.
func MakeLock(ctx context.Context, o LockOptions, plugins []catalog.Plugin) ([]byte, error) {
	if len(o.Platforms) == 0 {
		o.Platforms = Platforms()
	}
	for _, p := range o.Platforms {
		if !platformName.MatchString(p) {
			return nil, usererr.New(usererr.Invalid, "%q is no platform such as linux_amd64.", p)
		}
	}
	r := request{plugins: plugins}
	if err := o.checkMirror(r); err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "cloudengine-lock-")
	if err != nil {
		return nil, fmt.Errorf("make a folder to lock plugins in: %w", err)
	}
	defer os.RemoveAll(temp)
	if err := r.configure(temp); err != nil {
		return nil, err
	}
	if err := terraform.LockPlugins(ctx, o.Binary, temp, o.Mirror, o.Platforms); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return nil, o.unavailable(r, err)
	}
	lock, err := os.ReadFile(filepath.Join(temp, terraform.LockFile))
	if err != nil {
		return nil, fmt.Errorf("read the dependency lock that was made: %w", err)
	}
	return lock, o.unchanged(lock)
}

// checkMirror refuses a mirror that is no folder, or does not have every plugin for
// every platform: all that is missing in one go.
func (o LockOptions) checkMirror(r request) error {
	if o.Mirror == "" || strings.HasPrefix(o.Mirror, "https://") {
		return nil
	}
	if strings.Contains(o.Mirror, "://") {
		return usererr.New(usererr.Invalid, "A mirror on the network has an address that begins with https://, and %s does not: Terraform takes no other.", o.Mirror)
	}
	if info, err := os.Stat(o.Mirror); err != nil || !info.IsDir() {
		return usererr.New(usererr.Invalid, "There is no folder %s to take the plugins from.", o.Mirror).Wrap(err)
	}
	var missing []string
	for _, p := range r.plugins {
		for _, platform := range o.Platforms {
			if !inMirror(o.Mirror, p, platform) {
				missing = append(missing, fmt.Sprintf("%s %s for %s", p.Source, p.Version, platform))
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return usererr.New(usererr.NotFound, "The mirror %s does not have:\n%s\nNothing was written. `terraform providers mirror` with a -platform for each fills it; or name fewer platforms with --platform.", o.Mirror, strings.Join(missing, "\n"))
}

// inMirror reports whether a filesystem mirror has a plugin, unpacked or packed.
func inMirror(dir string, p catalog.Plugin, platform string) bool {
	address := p.Source
	if strings.Count(address, "/") == 1 {
		address = "*/" + address // of whichever registry
	}
	name := p.Source[strings.LastIndex(p.Source, "/")+1:]
	for _, pattern := range []string{
		filepath.Join(dir, address, p.Version, platform),
		filepath.Join(dir, address, fmt.Sprintf("terraform-provider-%s_%s_%s.zip", name, p.Version, platform)),
	} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// unavailable says that a plugin could not be had, for which platform where Terraform
// tells, and what helps.
func (o LockOptions) unavailable(r request, cause error) error {
	from, where := "their registry", ""
	if o.Mirror != "" {
		from = o.Mirror
	}
	if m := lockFailed.FindStringSubmatch(cause.Error()); m != nil {
		where = " for " + m[1]
	}
	return usererr.New(usererr.Unavailable, "The plugins (%s) could not be had%s from %s: either it cannot be reached from here, or it does not have them. Nothing was written. `--mirror` names a folder or a mirror on the network that has them.", r.names(), where, from).Wrap(cause)
}

// unchanged refuses a lock that lacks what the old one says of the same version: that
// a version is made anew is what a lock is to find.
func (o LockOptions) unchanged(lock []byte) error {
	if o.Old == nil {
		return nil
	}
	before, err := terraform.ParseLock(o.Old)
	if err != nil {
		return nil //nolint:nilerr // it holds nobody to anything
	}
	now, err := terraform.ParseLock(lock)
	if err != nil {
		return err
	}
	var changed []string
	for _, old := range before {
		i := slices.IndexFunc(now, func(l terraform.Locked) bool { return l.Address == old.Address && l.Version == old.Version })
		if i >= 0 && slices.ContainsFunc(old.Hashes, func(hash string) bool {
			return strings.HasPrefix(hash, "h1:") && !slices.Contains(now[i].Hashes, hash)
		}) {
			changed = append(changed, old.Address+" "+old.Version)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return usererr.New(usererr.Conflict, "The lock that is there has hashes of %s that cannot be found any more: the plugin was changed under the same version, or is now locked for fewer platforms. Nothing was written. Find out which; where it is meant, delete the lock and make it anew.", strings.Join(changed, ", ")).Wrap(errors.New("hashes differ"))
}
