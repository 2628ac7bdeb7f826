package plugins

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Unlocked lists the plugins that a dependency lock does not name in their version: of
// an older provider.json, or of another.
func Unlocked(lock []byte, plugins []catalog.Plugin) ([]catalog.Plugin, error) {
	named, err := terraform.ParseLock(lock)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(plugins), func(p catalog.Plugin) bool {
		return slices.ContainsFunc(named, func(l terraform.Locked) bool {
			return l.Version == p.Version && strings.HasSuffix("/"+l.Address, "/"+p.Source)
		})
	}), nil
}

// lockFile takes a file's lock, which the kernel frees with its holder's death.
func lockFile(ctx context.Context, name string) (unlock func(), err error) {
	const pause = 100 * time.Millisecond // nothing tells when it is free
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the plugins: %w", err)
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			f.Close()
			return nil, fmt.Errorf("lock the plugins: %w", err)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("wait for others who fetch plugins: %w", ctx.Err())
		case <-time.After(pause):
		}
	}
}
