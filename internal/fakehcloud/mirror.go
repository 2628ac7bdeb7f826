package fakehcloud

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
)

// The real provider, and the module that pins its version and those of all that it
// is built from.
const (
	provider   = "github.com/hetznercloud/terraform-provider-hcloud"
	moduleFile = ".ci/hcloud/go.mod"
)

// ErrUnreachable says that the provider's sources are not on this machine and could
// not be fetched.
var ErrUnreachable = errors.New("the sources of the hcloud provider could not be fetched from the Go module proxy")

// Mirror builds the real provider and returns a folder laid out as Terraform's
// filesystem mirrors are, which has it. It is kept in the user's cache. The working
// directory must be in this module.
func Mirror(ctx context.Context) (string, error) {
	root, dir, err := place()
	if err != nil {
		return "", fmt.Errorf("build the hcloud provider: %w", err)
	}
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	pinned, err := version(root)
	if err != nil {
		return "", fmt.Errorf("build the hcloud provider: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", fmt.Errorf("build the hcloud provider: %w", err)
	}
	temp, err := os.MkdirTemp(filepath.Dir(dir), ".build-")
	if err != nil {
		return "", fmt.Errorf("build the hcloud provider: %w", err)
	}
	defer os.RemoveAll(temp)
	program := filepath.Join(temp, "registry.terraform.io", "hetznercloud", "hcloud", pinned,
		runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-hcloud_v"+pinned)
	if said, err := run(ctx, root, "list", "-modfile="+moduleFile, "-deps", provider); err != nil {
		return "", fmt.Errorf("%w: %w\n%s", ErrUnreachable, err, said)
	}
	if said, err := run(ctx, root, "build", "-modfile="+moduleFile, "-trimpath", "-ldflags=-s -w", "-o", program, provider); err != nil {
		return "", fmt.Errorf("build the hcloud provider: %w\n%s", err, said)
	}
	// By rename: others may build it at the same time, and then it is there.
	if err := os.Rename(temp, dir); err != nil && !errors.Is(err, os.ErrExist) {
		return "", fmt.Errorf("build the hcloud provider: %w", err)
	}
	return dir, os.Chmod(dir, 0o755)
}

// Built reports whether Mirror has nothing to build.
func Built() bool {
	_, dir, err := place()
	if err != nil {
		return false
	}
	_, err = os.Stat(dir)
	return err == nil
}

// place is where this module is, and where the mirror of its provider is kept.
func place() (root, dir string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	if root, err = os.Getwd(); err != nil {
		return "", "", err
	}
	for {
		raw, err := os.ReadFile(filepath.Join(root, moduleFile))
		if err == nil {
			sum := sha256.Sum256(append(raw, runtime.Version()+runtime.GOOS+runtime.GOARCH...))
			return root, filepath.Join(cache, "cloudengine", "hcloud", hex.EncodeToString(sum[:16])), nil
		}
		if root == filepath.Dir(root) {
			return "", "", fmt.Errorf("there is no %s above the working directory", moduleFile)
		}
		root = filepath.Dir(root)
	}
}

var pin = regexp.MustCompile(regexp.QuoteMeta(provider) + ` v([0-9.]+)`)

// version is the one that is pinned.
func version(root string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(root, moduleFile))
	if err != nil {
		return "", err
	}
	m := pin.FindSubmatch(raw)
	if m == nil {
		return "", fmt.Errorf("%s does not require %s", moduleFile, provider)
	}
	return string(m[1]), nil
}

func run(ctx context.Context, root string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	return cmd.CombinedOutput()
}
