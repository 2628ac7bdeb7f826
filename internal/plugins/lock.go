package plugins

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"regexp"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"golang.org/x/sys/unix"
)

// locked is a plugin in a dependency lock.
type locked struct {
	address string // registry.terraform.io/hashicorp/aws
	version string
}

// path is where it lies in a filesystem mirror.
func (p locked) path() string { return path.Join(p.address, p.version, platform) }

var (
	lockedAddress = regexp.MustCompile(`^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9_-]+/[a-z0-9_-]+$`)
	lockedVersion = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+-]*$`)
)

// parseLock reads which plugins a dependency lock names.
func parseLock(raw []byte) ([]locked, error) {
	file, diags := hclsyntax.ParseConfig(raw, ".terraform.lock.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, fmt.Errorf("read a dependency lock: %w", diags)
	}
	content, _, diags := file.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "provider", LabelNames: []string{"address"}}}})
	if diags.HasErrors() {
		return nil, fmt.Errorf("read a dependency lock: %w", diags)
	}
	var out []locked
	for _, b := range content.Blocks {
		attributes, _, _ := b.Body.PartialContent(&hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "version", Required: true}}})
		p := locked{address: b.Labels[0]}
		if attr := attributes.Attributes["version"]; attr != nil {
			if v, diags := attr.Expr.Value(nil); !diags.HasErrors() && v.Type() == cty.String && !v.IsNull() {
				p.version = v.AsString()
			}
		}
		if !lockedAddress.MatchString(p.address) || !lockedVersion.MatchString(p.version) {
			return nil, fmt.Errorf("read a dependency lock: %q has no version that can be used", p.address)
		}
		out = append(out, p)
	}
	return out, nil
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
