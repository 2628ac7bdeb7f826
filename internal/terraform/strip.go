package terraform

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// modulesDir holds the modules of a configuration.
const modulesDir = "modules"

// lasting are the files that a directory which is put aside keeps, besides its
// configuration.
var lasting = []string{PlanFile, StateFile, StateFile + ".backup", ErroredFile, LockFile, VariablesFile, OutputFile, exitFile, abandonedFile}

// Strip leaves in the directory of an apply that has ended what people need to look
// into it: configuration, plan, state, output and exit. Everything else goes: the
// directory is Terraform's HOME, in which the tools of the clouds leave credentials.
func (d Dir) Strip() error {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return fmt.Errorf("strip run directory: %w", err)
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	errs := []error{err}
	for _, e := range entries {
		switch {
		case e.Name() == modulesDir && e.IsDir():
			errs = append(errs, stripModules(root))
		case !e.Type().IsRegular() || !isConfiguration(e.Name()) && !slices.Contains(lasting, e.Name()):
			errs = append(errs, root.RemoveAll(e.Name()))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("strip run directory: %w", err)
	}
	return nil
}

// stripModules leaves the configuration of the modules: provisioners work there.
func stripModules(root *os.Root) error {
	return fs.WalkDir(root.FS(), modulesDir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Type().IsRegular() && isConfiguration(path.Base(name)) {
			return err
		}
		return root.Remove(name)
	})
}

func isConfiguration(name string) bool {
	return strings.HasSuffix(name, ".tf") || strings.HasSuffix(name, ".tf.json")
}
