package keep

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// writeFolders writes the operator's folders where they are configured and empty,
// and says of the others why they were left.
func (o Options) writeFolders(from string, m Manifest) (left map[string]string, err error) {
	left = map[string]string{}
	targets := map[string]string{}
	for name, folder := range o.folders() {
		if !m.holds(name) {
			continue
		}
		switch free, err := isFree(folder); {
		case err != nil:
			return left, err
		case folder == "":
			left[name] = "no folder is configured for them"
		case !free:
			left[name] = folder + " is not empty"
		default:
			targets[name] = folder
		}
	}
	return left, each(from, func(f File, content io.Reader) error {
		name, rest, _ := strings.Cut(f.Name, "/")
		folder, ok := targets[name]
		if !ok {
			return nil
		}
		return writeFile(folder, rest, content, fs.FileMode(f.mode)&fs.ModePerm, 0o755)
	})
}

func (m Manifest) holds(folder string) bool {
	for _, f := range m.Files {
		if strings.HasPrefix(f.Name, folder+"/") {
			return true
		}
	}
	return false
}

// isFree reports whether a directory is empty or does not exist.
func isFree(dir string) (bool, error) {
	if dir == "" {
		return false, nil
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look into %s: %w", dir, err)
	}
	return len(entries) == 0, nil
}

// writeFile writes a file below a directory, which it cannot leave.
func writeFile(dir, name string, content io.Reader, mode, dirMode fs.FileMode) error {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return fmt.Errorf("write %s: it leaves the folder", name)
	}
	if err := os.MkdirAll(dir, dirMode); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(name), dirMode); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	out, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	_, err = io.Copy(out, content)
	if err = closeAll(err, out); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// WriteFolder writes files (by slash-separated path) into a directory that only
// this user can enter, and that must be new or empty.
func WriteFolder(dir string, files map[string][]byte) error {
	if free, err := isFree(dir); err != nil || !free {
		if err != nil {
			return err
		}
		return usererr.New(usererr.Conflict, "%s is not empty. Nothing was written. Name a new directory.", dir)
	}
	const private = 0o700
	if err := os.MkdirAll(dir, private); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	if err := os.Chmod(dir, private); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	for name, content := range files {
		if err := writeFile(dir, name, strings.NewReader(string(content)), 0o600, private); err != nil {
			return err
		}
	}
	return nil
}
