package terraform

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// credentialsDir holds the files of a credentials profile, named after the
// variables that lead to them.
const credentialsDir = "credentials"

// WriteCredentials puts files of a credentials profile, by the variables that are
// to lead to them, into the directory, and returns those variables. Like all of the
// directory they can be read by nobody but who runs Terraform.
func (d Dir) WriteCredentials(files map[string]string) (env map[string]string, err error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, fmt.Errorf("write credentials: %w", err)
	}
	defer root.Close()
	env = map[string]string{}
	for name, content := range files {
		if !filepath.IsLocal(name) || filepath.Base(name) != name {
			return nil, fmt.Errorf("write credentials: %q is not a plain name", name)
		}
		path := filepath.Join(credentialsDir, name)
		if err := writeIn(root, path, []byte(content)); err != nil {
			return nil, fmt.Errorf("write credentials: %w", err)
		}
		env[name] = d.File(path)
	}
	return env, nil
}

// Secrets are those of Spec: an apply may outlive who started it, and whoever reads
// on what it says must hide the same. Without a specification there are none.
func (d Dir) Secrets() ([]string, error) {
	raw, err := d.read(specFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the run's secrets: %w", err)
	}
	var spec Spec
	if err := json.Unmarshal(raw, &spec); err != nil {
		return nil, fmt.Errorf("read the run's secrets: %w", err)
	}
	return spec.Secrets, nil
}
