package terraform

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/terraform-exec/tfexec"
	"golang.org/x/sys/unix"
)

// newTerraform returns terraform-exec on the run's directory, with an
// environment of its own. It runs a process: call it on the thread that runs
// Terraform.
//
// terraform-exec asks every new instance for its version before it does
// anything, which takes as long as planning a small stack. Where the version is
// known already, a script answers that question and becomes Terraform for every
// other: the same process, so signals and process groups are as without it.
// Where it cannot run (no shell, a noexec mount), Terraform is asked.
func newTerraform(ctx context.Context, d Dir, bin Binary, env map[string]string, delay time.Duration) (*tfexec.Terraform, error) {
	if script, err := d.writeShim(bin); err == nil {
		tf, err := instance(d, script, env, delay)
		if err == nil {
			_, _, err = tf.Version(ctx, false)
		}
		if err == nil || ctx.Err() != nil {
			return tf, ctx.Err()
		}
	}
	return instance(d, bin.Path, env, delay)
}

func instance(d Dir, path string, env map[string]string, delay time.Duration) (*tfexec.Terraform, error) {
	tf, err := tfexec.NewTerraform(d.path, path)
	if err != nil {
		return nil, err
	}
	if err := tf.SetEnv(env); err != nil {
		return nil, err
	}
	if err := tf.SetWaitDelay(delay); err != nil {
		return nil, err
	}
	return tf, nil
}

const shim = `#!/bin/sh
if [ "$1" = version ]; then
	echo '{"terraform_version":"%s"}'
	exit
fi
exec %s "$@"
`

// writeShim writes the script that answers for a binary of known version.
func (d Dir) writeShim(bin Binary) (path string, err error) {
	v, err := version.NewVersion(bin.Version) // "" is none
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(bin.Path) {
		return "", fmt.Errorf("%q is not an absolute path", bin.Path)
	}
	if err := unix.Access(bin.Path, unix.X_OK); err != nil {
		return "", err
	}
	quoted := "'" + strings.ReplaceAll(bin.Path, "'", `'\''`) + "'"
	path = d.File(shimFile)
	_ = os.Remove(path) // another user's, of an earlier step
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o700)
	if err != nil {
		return "", err
	}
	_, err = fmt.Fprintf(f, shim, v, quoted)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return path, err
}

// ownThread runs fn on a thread that lives as long as fn does. terraform-exec
// has the kernel kill Terraform when its parent dies, and the kernel takes the
// thread that forked for the parent: on a shared thread the runtime could end
// it, and with it a healthy Terraform.
func ownThread(fn func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		done <- fn()
	}()
	return <-done
}
