package terraform

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// pluginsDir is where Terraform looks for the provider plugins of a directory.
const pluginsDir = ".terraform/providers"

// UsePlugins gives the run its provider plugins from a folder of unpacked ones,
// laid out as a filesystem mirror, in the versions of the dependency lock. Nothing is
// installed then, and what is in the folder counts only with the hash that the lock
// has: it is checked whenever a command starts.
func (d Dir) UsePlugins(folder string, lock []byte) error {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return fmt.Errorf("link plugins: %w", err)
	}
	defer root.Close()
	if err := root.MkdirAll(".terraform", 0o700); err != nil {
		return fmt.Errorf("link plugins: %w", err)
	}
	if err := root.Symlink(folder, pluginsDir); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("link plugins: %w", err)
	}
	if err := writeIn(root, LockFile, lock); err != nil {
		return fmt.Errorf("link plugins: %w", err)
	}
	return nil
}

// hasPlugins reports whether the run has its plugins, and a lock that names them.
func (d Dir) hasPlugins() bool {
	_, err := os.Stat(d.File(pluginsDir))
	return err == nil && d.has(LockFile)
}

// InstallPlugins runs "terraform init" on a configuration that needs plugins, in a
// directory of its own: they are in its .terraform/providers then, and
// .terraform.lock.hcl has their hashes. They come from mirror, a folder, or where
// that is empty from their registries. A lock that is there already is held to.
func InstallPlugins(ctx context.Context, bin Binary, dir, mirror string) error {
	tf, err := networked(bin, dir)
	if err != nil {
		return fmt.Errorf("install plugins: %w", err)
	}
	options := []tfexec.InitOption{tfexec.Backend(false)}
	if mirror != "" {
		options = append(options, tfexec.PluginDir(mirror))
	}
	if err := tf.Init(ctx, options...); err != nil {
		return fmt.Errorf("install plugins: %w", err)
	}
	return nil
}

// networked is Terraform in a directory that is no run's, from which it may reach the
// network as this process does.
func networked(bin Binary, dir string) (*tfexec.Terraform, error) {
	if err := os.MkdirAll(filepath.Join(dir, tmpDir), 0o700); err != nil { // where it downloads to
		return nil, err
	}
	tf, err := tfexec.NewTerraform(dir, bin.Path)
	if err != nil {
		return nil, err
	}
	return tf, tf.SetEnv(Environment(Dir{path: dir}, throughProxy()))
}

// throughProxy are the variables by which programs reach the network of this host.
func throughProxy() map[string]string {
	env := map[string]string{}
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		for _, name := range []string{name, strings.ToLower(name)} {
			if value := os.Getenv(name); value != "" {
				env[name] = value
			}
		}
	}
	return env
}

// LockPlugins runs "terraform providers lock" on a configuration that needs plugins, in
// a directory of its own: .terraform.lock.hcl has their hashes for the platforms then.
// They come from mirror, a folder or an https:// address, or where that is empty from
// their registries.
func LockPlugins(ctx context.Context, bin Binary, dir, mirror string, platforms []string) error {
	tf, err := networked(bin, dir)
	if err != nil {
		return fmt.Errorf("lock plugins: %w", err)
	}
	var options []tfexec.ProvidersLockOption
	switch {
	case strings.HasPrefix(mirror, "https://"):
		options = append(options, tfexec.NetMirror(mirror))
	case mirror != "":
		options = append(options, tfexec.FSMirror(mirror))
	}
	for _, p := range platforms {
		options = append(options, tfexec.Platform(p))
	}
	if err := tf.ProvidersLock(ctx, options...); err != nil {
		return fmt.Errorf("lock plugins: %w", err)
	}
	return nil
}
