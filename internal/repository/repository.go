// Package repository brings a folder of a Git repository to this host, as its ref has
// it at the moment. Each state is a folder of its own, and the name under which it is
// used changes at once: who reads it reads one state.
//
// The package must not know what is in the folder.
package repository

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// fetchWithin bounds the fetch: a start must not wait for a server that is silent.
const fetchWithin = 2 * time.Minute

// Fetch brings the repository to dir/<its key>. Where it cannot be reached, what was
// brought before stays in use, and the log says so; without that it is an error.
func Fetch(ctx context.Context, r config.Repository, dir string, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, fetchWithin)
	defer cancel()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for repositories: %w", err)
	}
	name := shown(r)
	commit, err := fetch(ctx, r, dir)
	if err == nil {
		log.InfoContext(ctx, "a repository was fetched", slog.String("repository", name), slog.String("ref", r.Ref), slog.String("commit", commit))
		return nil
	}
	before, failed := os.Readlink(filepath.Join(dir, r.Key()))
	if failed != nil {
		return usererr.New(usererr.Unavailable, "The repository %s cannot be fetched at %s. Nothing was started. Check CLOUDENGINE_TEMPLATES, the network, and that Git can log in there without asking.", name, r.Ref).Wrap(err)
	}
	log.WarnContext(ctx, "a repository cannot be fetched; what was fetched before stays in use", slog.String("repository", name), slog.String("ref", r.Ref), slog.String("copy", before), slog.Any("error", err))
	return nil
}

// shown is the repository's address without a password.
func shown(r config.Repository) string { return mask.New(nil).Mask(r.URL) }

// fetch copies the ref's files into a folder of their own, and lets the key name it.
func fetch(ctx context.Context, r config.Repository, dir string) (commit string, err error) {
	temp, err := os.MkdirTemp(dir, ".fetch-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	g := git{dir: temp, repository: r}
	for _, args := range [][]string{
		{"init", "--quiet", "--template="},
		{"fetch", "--quiet", "--depth=1", "--no-tags", "--", r.URL, r.Ref},
		{"checkout", "--quiet", "--detach", "FETCH_HEAD"},
	} {
		if _, err := g.run(ctx, args...); err != nil {
			return "", err
		}
	}
	if commit, err = g.run(ctx, "rev-parse", "HEAD"); err != nil {
		return "", err
	}
	if err := os.RemoveAll(filepath.Join(temp, ".git")); err != nil {
		return "", err
	}
	if info, err := os.Stat(filepath.Join(temp, filepath.FromSlash(r.Folder))); err != nil || !info.IsDir() {
		return "", fmt.Errorf("there is no folder %q in it", r.Folder)
	}
	copied := r.Key() + "-" + commit
	if err := os.Rename(temp, filepath.Join(dir, copied)); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	return commit, use(dir, r.Key(), copied)
}

// use lets the key name a copy, and takes away those that it named before.
func use(dir, key, copied string) error {
	temp := filepath.Join(dir, ".use-"+copied)
	_ = os.Remove(temp) // of a start that was killed
	if err := os.Symlink(copied, temp); err != nil {
		return err
	}
	if err := os.Rename(temp, filepath.Join(dir, key)); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), key+"-") && e.Name() != copied {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// git runs Git in a directory.
type git struct {
	dir        string
	repository config.Repository
}

// run returns what Git prints. Nobody is asked for a password; no program that the
// repository names is started, and links in it are not made: they could lead to any
// file of this host.
func (g git) run(ctx context.Context, args ...string) (string, error) {
	what := args[0]
	args = append([]string{"-c", "core.symlinks=false", "-c", "core.hooksPath=/dev/null", "-c", "filter.lfs.smudge=", "-c", "filter.lfs.required=false"}, args...)
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = g.dir
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=https:ssh:file", "GIT_SSH_COMMAND=ssh -o BatchMode=yes", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	said := strings.TrimSpace(string(out))
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", what, err, mask.New(nil).Mask(said))
	}
	return said, nil
}
