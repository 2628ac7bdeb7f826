package standin

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// SchemasVariable names the folder with the schemas of real providers, in files such
// as aws-5.45.0.json. They are no part of this project.
const SchemasVariable = "CLOUDENGINE_PROVIDER_SCHEMAS"

// SchemaFile is the schema beside a stand-in's program.
const SchemaFile = "schema.json"

// program is where the stand-in's main package is.
const program = "github.com/cloud-engine/cloudengine/internal/standin/plugin"

// sources tell one program from another.
//
//go:embed *.go rules more plugin/*.go
var sources embed.FS

// Schemas finds the folder with schemas: the one that the environment names, else
// shared/providers/schemas beside or above the working directory. "" where there is
// none.
func Schemas() string {
	if dir := os.Getenv(SchemasVariable); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	for err == nil {
		found := filepath.Join(dir, "shared/providers/schemas")
		if info, err := os.Stat(found); err == nil && info.IsDir() {
			return found
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	return ""
}

var schemaName = regexp.MustCompile(`^([a-z]+)-([0-9.]+)\.json$`)

// small holds the schemas of providers that are no cloud's, after their public
// documentation.
//
//go:embed schemas
var small embed.FS

// Mirror lays out a folder as Terraform's filesystem mirrors are, with a stand-in for
// every schema in a folder, and for the random provider. The folder is empty, or not
// there yet.
func Mirror(ctx context.Context, schemas, dir string) error {
	built, err := Build(ctx)
	if err != nil {
		return err
	}
	own, err := fs.Sub(small, "schemas")
	if err != nil {
		return err
	}
	for _, from := range []fs.FS{os.DirFS(schemas), own} {
		if err := layOut(built, from, dir); err != nil {
			return fmt.Errorf("lay out a mirror of stand-in providers: %w", err)
		}
	}
	return nil
}

// layOut puts the program into the mirror for every schema.
func layOut(built string, schemas fs.FS, dir string) error {
	program, err := os.ReadFile(built)
	if err != nil {
		return err
	}
	entries, err := fs.ReadDir(schemas, ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		m := schemaName.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		raw, err := fs.ReadFile(schemas, e.Name())
		if err != nil {
			return err
		}
		p, err := readProvider(raw)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name(), err)
		}
		to := filepath.Join(dir, filepath.FromSlash(p.address), m[2], runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(to, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, "terraform-provider-"+m[1]+"_v"+m[2]), program, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, SchemaFile), raw, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Build builds the program, and returns its path. It is kept in the user's cache
// under the hash of its sources. The working directory must be in this module.
func Build(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	key, err := sourceHash()
	if err != nil {
		return "", fmt.Errorf("build the stand-in provider: %w", err)
	}
	dir := filepath.Join(cache, "cloudengine", "standin")
	built := filepath.Join(dir, key)
	if _, err := os.Stat(built); err == nil {
		return built, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("build the stand-in provider: %w", err)
	}
	temp, err := os.MkdirTemp(dir, ".build-")
	if err != nil {
		return "", fmt.Errorf("build the stand-in provider: %w", err)
	}
	defer os.RemoveAll(temp)
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", filepath.Join(temp, "plugin"), program)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the stand-in provider: %w\n%s", err, said)
	}
	// By rename: others may build it at the same time.
	if err := os.Rename(filepath.Join(temp, "plugin"), built); err != nil {
		return "", fmt.Errorf("build the stand-in provider: %w", err)
	}
	return built, nil
}

// sourceHash identifies the program among its versions.
func sourceHash() (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	err := fs.WalkDir(sources, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := sources.ReadFile(name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(raw), raw)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)[:16]), err
}

// Has reports whether Mirror would lay out a stand-in for a provider, given a folder
// with schemas, its source (hashicorp/aws) and its version.
func Has(schemas, source, version string) bool {
	file := path.Base(source) + "-" + version + ".json"
	if !strings.HasPrefix(source, "hashicorp/") {
		return false
	}
	if _, err := small.Open("schemas/" + file); err == nil {
		return true
	}
	_, err := os.Stat(filepath.Join(schemas, file))
	return schemas != "" && err == nil
}
