package terraform_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// TestUndumpable starts a process with a secret in its environment, and a
// neighbour of the same user that wants to read it.
func TestUndumpable(t *testing.T) {
	t.Parallel()
	for name, hidden := range map[string]bool{"open": false, "undumpable": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Root may read everything: the two run as somebody else then.
			var user *syscall.SysProcAttr
			if os.Getuid() == 0 {
				user = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			}
			cmd := exec.Command("/proc/self/exe")
			cmd.Env = []string{"CE_TEST_SECRET=hunter2", "CE_TEST_HIDE=" + strconv.FormatBool(hidden)}
			cmd.SysProcAttr, cmd.Dir = user, "/"
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Skipf("cannot run as another user here: %v", err)
			}
			defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
			if line, _ := bufio.NewReader(out).ReadString('\n'); line != "ready\n" {
				t.Fatalf("the process says %q", line)
			}
			neighbour := exec.Command("cat", "/proc/"+strconv.Itoa(cmd.Process.Pid)+"/environ")
			neighbour.SysProcAttr, neighbour.Dir = user, "/"
			seen, err := neighbour.CombinedOutput()
			if got := !strings.Contains(string(seen), "hunter2"); got != hidden {
				t.Errorf("hidden: %v, want %v (%v: %s)", got, hidden, err, seen)
			}
		})
	}
}

// keepSecret is the process of TestUndumpable.
func keepSecret() {
	if os.Getenv("CE_TEST_HIDE") == "true" {
		if err := terraform.Undumpable(); err != nil {
			panic(err)
		}
	}
	_, _ = os.Stdout.WriteString("ready\n")
	select {}
}
