package terraform

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Names of the files in a run directory.
const (
	PlanFile      = "plan.tfplan"
	StateFile     = "terraform.tfstate"
	ErroredFile   = "errored.tfstate"     // the state, where Terraform could not write the file above
	LockFile      = ".terraform.lock.hcl" // Terraform's dependency lock
	VariablesFile = "terraform.tfvars.json"
	OutputFile    = "output.jsonl"
	specFile      = "spec.json"
	lockFile      = "lock" // the supervisor's
	processFile   = "process.json"
	exitFile      = "exit"
	abandonedFile = "abandoned"
	logFile       = "supervisor.log"
	shimFile      = "terraform" // see newTerraform
	tmpDir        = "tmp"
)

// reserved files belong to the engine: a configuration may not bring them.
var reserved = []string{PlanFile, StateFile, ErroredFile, OutputFile, specFile, lockFile, processFile, exitFile, abandonedFile, spareFile, logFile, tmpDir, requestFile, answerFile, shimFile, credentialsDir}

// Dir is the directory of one run. It is 0700, its files 0600.
type Dir struct{ path string }

var runID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// NewDir makes (or finds) the directory of a run under root. The id must be a
// plain name.
func NewDir(root, id string) (Dir, error) {
	d, err := OpenDir(root, id)
	if err != nil {
		return Dir{}, err
	}
	// Others may pass through root to reach their own directory, not list it.
	if err := os.MkdirAll(root, 0o711); err != nil {
		return Dir{}, fmt.Errorf("make run directory: %w", err)
	}
	if err := os.Mkdir(d.path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return Dir{}, fmt.Errorf("make run directory: %w", err)
	}
	if err := os.Chmod(d.path, 0o700); err != nil {
		return Dir{}, fmt.Errorf("make run directory: %w", err)
	}
	return d, nil
}

// OpenDir names the directory of a run without making it.
func OpenDir(root, id string) (Dir, error) {
	if !runID.MatchString(id) {
		return Dir{}, fmt.Errorf("run directory: %q is not a plain name", id)
	}
	abs, err := filepath.Abs(root)
	if err != nil {
		return Dir{}, fmt.Errorf("run directory: %w", err)
	}
	return Dir{path: filepath.Join(abs, id)}, nil
}

// Path is the absolute path of the directory.
func (d Dir) Path() string { return d.path }

// File is the path of a file in the directory.
func (d Dir) File(name string) string { return filepath.Join(d.path, name) }

// Exists reports whether the directory is there. One that cannot be looked at,
// as its disk does not answer, is not gone.
func (d Dir) Exists() (bool, error) {
	info, err := os.Stat(d.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look for the run directory: %w", err)
	}
	return info.IsDir(), nil
}

// Write puts a configuration (paths relative to the directory, such as
// "main.tf.json" or "modules/vpc/main.tf") and the state to start from into the
// directory. A nil state means none. Paths that leave the directory or name a
// file of the engine's are refused before anything is written.
func (d Dir) Write(files map[string][]byte, state []byte) error {
	for name := range files {
		clean := filepath.Clean(filepath.FromSlash(name))
		if !filepath.IsLocal(clean) || clean == "." || strings.ContainsRune(name, 0) {
			return fmt.Errorf("write run directory: %q leaves the directory", name)
		}
		if first, _, _ := strings.Cut(clean, string(filepath.Separator)); slices.Contains(reserved, first) {
			return fmt.Errorf("write run directory: %q is a name of the engine's", name)
		}
	}
	// Root confines every step of the way, symbolic links included.
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return fmt.Errorf("write run directory: %w", err)
	}
	defer root.Close()
	for name, content := range files {
		if err := writeIn(root, filepath.Clean(filepath.FromSlash(name)), content); err != nil {
			return fmt.Errorf("write run directory: %w", err)
		}
	}
	if state == nil {
		return nil
	}
	if err := writeIn(root, StateFile, state); err != nil {
		return fmt.Errorf("write run directory: %w", err)
	}
	return nil
}

// WritePlan puts a stored plan file and the dependency lock it was made with
// (nil for none) into the directory, as a host that did not plan needs it.
func (d Dir) WritePlan(planFile, lock []byte) error {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return fmt.Errorf("write plan file: %w", err)
	}
	defer root.Close()
	if err := writeIn(root, PlanFile, planFile); err != nil {
		return fmt.Errorf("write plan file: %w", err)
	}
	if lock == nil {
		return nil
	}
	if err := writeIn(root, LockFile, lock); err != nil {
		return fmt.Errorf("write plan file: %w", err)
	}
	return nil
}

func writeIn(root *os.Root, name string, content []byte) error {
	if parent := filepath.Dir(name); parent != "." {
		if err := root.MkdirAll(parent, 0o700); err != nil {
			return err
		}
	}
	return root.WriteFile(name, content, 0o600)
}

// Remove deletes the directory. It refuses while a supervisor lives, but for one
// that has written its exit and is about to end.
func (d Dir) Remove() error {
	const ending, pause = 5 * time.Second, 10 * time.Millisecond
	held, err := lockHeld(d.File(lockFile))
	for last := time.Now().Add(ending); held && err == nil && d.has(exitFile) && time.Now().Before(last); {
		time.Sleep(pause)
		held, err = lockHeld(d.File(lockFile))
	}
	if err != nil {
		return fmt.Errorf("remove run directory: %w", err)
	}
	if held {
		return fmt.Errorf("remove run directory: %w", ErrRunning)
	}
	if err := os.RemoveAll(d.path); err != nil {
		return fmt.Errorf("remove run directory: %w", err)
	}
	return nil
}

// writeDurably writes a file that others see whole or not at all, and that
// survives a power cut.
func (d Dir) writeDurably(name string, content []byte) error {
	f, err := os.CreateTemp(d.path, "."+name+".") // 0600, and nobody else's
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), d.File(name))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	parent, err := os.Open(d.path)
	if err != nil {
		return err
	}
	return errors.Join(parent.Sync(), parent.Close())
}

// open opens a file of the directory for reading. The directory may belong to
// the user that Terraform runs as: a link out of it is not followed.
func (d Dir) open(name string) (*os.File, error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Open(name)
}

// read reads a file of the directory, as open opens it.
func (d Dir) read(name string) ([]byte, error) {
	f, err := d.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

func (d Dir) has(name string) bool {
	_, err := os.Lstat(d.File(name))
	return err == nil
}
