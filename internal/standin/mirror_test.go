package standin

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// deadline is generous: nothing here is about speed.
const deadline = 5 * time.Minute

const config = `
terraform {
  required_providers {
    random = {
      source  = "hashicorp/random"
      version = "3.7.2"
    }
  }
}

resource "random_id" "a" {
  byte_length = 4
  prefix      = "x-"
}

resource "random_id" "b" {
  byte_length = 4
  prefix      = "x-"
}

output "hex" { value = [random_id.a.hex, random_id.b.hex] }
`

// terraform runs the real Terraform in a directory.
func terraform(t *testing.T, dir string, environment ...string) func(args ...string) *exec.Cmd {
	t.Helper()
	program, err := exec.LookPath("terraform")
	if err != nil {
		t.Skipf("this test needs Terraform: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	return func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Dir = dir
		cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CHECKPOINT_DISABLE=1"}, environment...)
		return cmd
	}
}

// The program is built, installed by Terraform as hashicorp/random, and does its work;
// it fails, hangs and crashes where it is told to, as a real one would.
func TestWithTerraform(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	mirror := t.TempDir()
	if err := Mirror(ctx, t.TempDir(), mirror); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ faults, want string }{
		"well":    {"", "x-"},
		"refused": {`{"random_id": "creating {resource}: Throttling: no more of {prefix}"}`, "Error: creating random_id: Throttling: no more of x-"},
		"crash":   {`{"random_id": "crash"}`, "invalid memory address"},
		"hang":    {`{"random_id": "hang"}`, "request was canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ledger := filepath.Join(dir, "ledger")
			run := terraform(t, dir, FaultsVariable+"="+tc.faults, LedgerVariable+"="+ledger)
			if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := run("init", "-plugin-dir="+mirror, "-no-color").CombinedOutput(); err != nil {
				t.Fatalf("init: %v\n%s", err, out)
			}
			apply := run("apply", "-auto-approve", "-no-color")
			out := apply.CombinedOutput
			if name == "hang" {
				out = func() ([]byte, error) { return interrupted(t, apply) }
			}
			said, err := out()
			if (err == nil) != (tc.faults == "") || !strings.Contains(string(said), tc.want) {
				t.Errorf("apply: %v, want %q in\n%s", err, tc.want, said)
			}
			raw, _ := os.ReadFile(ledger)
			if got := strings.Count(string(raw), "created random_id "); got != 2 && tc.faults == "" || got != 0 && tc.faults != "" {
				t.Errorf("the ledger is %q", raw)
			}
		})
	}
}

// interrupted runs a command until it says that it creates something, and interrupts
// it then.
func interrupted(t *testing.T, cmd *exec.Cmd) ([]byte, error) {
	t.Helper()
	var all bytes.Buffer
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = &all
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	part := make([]byte, 4096)
	for sent := false; ; {
		n, err := out.Read(part)
		said.Write(part[:n])
		if !sent && strings.Contains(said.String(), "Creating...") {
			sent = true
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				t.Error(err)
			}
		}
		if err != nil {
			break
		}
	}
	err = cmd.Wait()
	return append(said.Bytes(), all.Bytes()...), err
}

func TestHas(t *testing.T) {
	t.Parallel()
	schemas := t.TempDir()
	if err := os.WriteFile(filepath.Join(schemas, "aws-1.2.3.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]bool{"hashicorp/aws 1.2.3": true, "hashicorp/aws 1.2.4": false, "other/aws 1.2.3": false, "hashicorp/random 3.7.2": true} {
		name, version, _ := strings.Cut(source, " ")
		if got := Has(schemas, name, version); got != want {
			t.Errorf("%s: %v", source, got)
		}
	}
	if Has("", "hashicorp/aws", "1.2.3") {
		t.Error("found a schema nowhere")
	}
}
