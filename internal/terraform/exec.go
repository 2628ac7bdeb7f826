package terraform

import (
	"runtime"
	"time"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// newTerraform returns terraform-exec on the run's directory with an
// environment of its own.
func newTerraform(d Dir, binary string, env map[string]string, delay time.Duration) (*tfexec.Terraform, error) {
	tf, err := tfexec.NewTerraform(d.path, binary)
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
