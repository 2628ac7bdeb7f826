package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Versions of Terraform.
const (
	// MinVersion is the oldest that works: init -json came with it.
	MinVersion = "1.9.0"
	// PinnedVersion is installed where none is found.
	PinnedVersion = "1.11.4"
)

// Time limits of Find.
const (
	versionLimit = 20 * time.Second // a cold binary of 90 MB on a slow disk
	dialLimit    = 5 * time.Second
	installLimit = 5 * time.Minute
)

// FindOptions says where to look for Terraform.
type FindOptions struct {
	Path       string // used and nothing else, when set; may be OpenTofu
	InstallDir string // where to install to; "" forbids it
	Logger     *slog.Logger

	SearchPath  string // in the place of $PATH, for tests
	ReleasesURL string // a mirror of releases.hashicorp.com
}

// Find finds Terraform: the given path, else the first on PATH that is new
// enough, else the one that was installed before, else it downloads the pinned
// release, checks its signature and installs it. Its errors are usererr.Errors
// that say what to do.
func Find(ctx context.Context, o FindOptions) (Binary, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Path != "" {
		return explicit(ctx, o.Path)
	}
	rejected := []string{}
	for _, path := range candidates(o) {
		v, err := AskVersion(ctx, path)
		switch {
		case err != nil:
			o.Logger.Debug("not a usable terraform", "path", path, "error", err)
			rejected = append(rejected, path+" does not answer")
		case !newEnough(v):
			o.Logger.Debug("terraform is too old", "path", path, "version", v)
			rejected = append(rejected, fmt.Sprintf("%s is %s", path, v))
		default:
			return Binary{Path: path, Version: v}, nil
		}
		if ctx.Err() != nil {
			return Binary{}, ctx.Err()
		}
	}
	found := "None was found on PATH."
	if len(rejected) > 0 {
		found = "Found, but not usable: " + strings.Join(rejected, "; ") + "."
	}
	const advice = "Install Terraform %s or newer and put it on PATH, or name it with CLOUDENGINE_TERRAFORM."
	if o.InstallDir == "" {
		return Binary{}, usererr.New(usererr.Unavailable, "Terraform is needed, version %s or newer. %s "+advice, MinVersion, found, MinVersion)
	}
	o.Logger.Info("downloading terraform", "version", PinnedVersion, "to", o.InstallDir)
	path, err := install(ctx, o)
	if err != nil {
		return Binary{}, usererr.New(usererr.Unavailable,
			"Terraform is needed, version %s or newer. %s Downloading %s failed: is releases.hashicorp.com reachable, and %s writable? "+advice,
			MinVersion, found, PinnedVersion, o.InstallDir, MinVersion).Wrap(err)
	}
	return explicit(ctx, path)
}

// explicit checks the one binary that was asked for.
func explicit(ctx context.Context, path string) (Binary, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return Binary{}, fmt.Errorf("find terraform: %w", err)
	}
	if _, err := os.Stat(abs); errors.Is(err, fs.ErrNotExist) {
		return Binary{}, usererr.New(usererr.NotFound, "There is no Terraform at %s. Correct the path, or leave it out to search PATH.", abs).Wrap(err)
	}
	v, err := AskVersion(ctx, abs)
	if err != nil {
		return Binary{}, usererr.New(usererr.Unavailable, "%s is not a Terraform that can be run: it did not tell its version. Check that it is executable and made for this machine.", abs).Wrap(err)
	}
	if !newEnough(v) {
		return Binary{}, usererr.New(usererr.Unavailable, "Terraform %s at %s is too old: version %s or newer is needed. Upgrade it, or name another one.", v, abs, MinVersion)
	}
	return Binary{Path: abs, Version: v}, nil
}

// candidates are the executables called terraform on PATH, then the installed one.
func candidates(o FindOptions) []string {
	search := o.SearchPath
	if search == "" {
		search = os.Getenv("PATH")
	}
	dirs := filepath.SplitList(search)
	if o.InstallDir != "" {
		dirs = append(dirs, o.InstallDir)
	}
	var out []string
	for _, dir := range dirs {
		abs, err := filepath.Abs(filepath.Join(dir, product.Terraform.BinaryName()))
		if err != nil {
			continue
		}
		if info, err := os.Stat(abs); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			out = append(out, abs)
		}
	}
	return out
}

var plainVersion = regexp.MustCompile(`(?m)^(?:Terraform|OpenTofu) v(\d+\.\d+\.\d+\S*)`)

// AskVersion asks a Terraform or OpenTofu for its version.
func AskVersion(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, "version", "-json")
	cmd.Env = []string{"PATH=" + pathVariable(), "HOME=" + os.TempDir(), "CHECKPOINT_DISABLE=1"}
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", path, err)
	}
	var answer struct {
		Version string `json:"terraform_version"`
	}
	if json.Unmarshal(out, &answer) == nil && answer.Version != "" {
		return answer.Version, nil
	}
	if m := plainVersion.FindSubmatch(out); m != nil { // before 0.13 there was no -json
		return string(m[1]), nil
	}
	return "", fmt.Errorf("ask %s for its version: it does not answer as Terraform does", path)
}

func newEnough(v string) bool {
	have, err := version.NewVersion(v)
	if err != nil {
		return false
	}
	return have.Core().GreaterThanOrEqual(version.Must(version.NewVersion(MinVersion)))
}

// install puts the pinned release into place by rename, so that nobody finds a
// half written one.
func install(ctx context.Context, o FindOptions) (string, error) {
	if err := os.MkdirAll(o.InstallDir, 0o755); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(o.InstallDir, ".download-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	source := &releases.ExactVersion{
		Product:    product.Terraform,
		Version:    version.Must(version.NewVersion(PinnedVersion)),
		InstallDir: tmp,
		Timeout:    installLimit,
		ApiBaseURL: o.ReleasesURL,
		// hc-install's own client tries for 15 s where there is no network.
		HTTPClient: &http.Client{Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: dialLimit}).DialContext,
			TLSHandshakeTimeout:   dialLimit,
			ResponseHeaderTimeout: 3 * dialLimit,
		}},
	}
	downloaded, err := source.Install(ctx)
	if err != nil {
		return "", err
	}
	// Terraform may run as another user than the bot.
	if err := os.Chmod(downloaded, 0o755); err != nil {
		return "", err
	}
	path := filepath.Join(o.InstallDir, product.Terraform.BinaryName())
	return path, os.Rename(downloaded, path)
}
