package terraform_test

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// heedCommand makes the test binary a process that writes down every signal that it
// gets, into a file, until another file is there.
const heedCommand = "heed"

func heed() {
	got := make(chan os.Signal, 10)
	signal.Notify(got, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM)
	write := func(line any) {
		f, err := os.OpenFile("heard", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err == nil {
			fmt.Fprintln(f, line)
			f.Close()
		}
	}
	write("group " + fmt.Sprint(syscall.Getpgrp()))
	for {
		select {
		case s := <-got:
			write(s)
		case <-time.After(20 * time.Millisecond):
			if _, err := os.Stat("enough"); err == nil {
				write("end")
				os.Exit(0)
			}
		}
	}
}

// However often an apply is interrupted, Terraform gets one SIGINT, and what it
// started gets none from us: what becomes of a provisioner is Terraform's to say.
func TestInterruptIsForTerraformAlone(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, fmt.Sprintf(`
resource "terraform_data" "works" {
  provisioner "local-exec" {
    command = "'%s' %s </dev/null >/dev/null 2>&1 & exec sleep 300"
  }
}
resource "terraform_data" "next" {
  depends_on = [terraform_data.works]
}`, os.Args[0], heedCommand))
	mustStart(t, d, spec)
	heard := func() string {
		raw, _ := os.ReadFile(d.File("heard"))
		return string(raw)
	}
	eventually(t, "the provisioner to work", func() bool { return strings.HasSuffix(heard(), "\n") })
	// It runs in Terraform's process group, so that a signal to that would reach it.
	var group int
	if _, err := fmt.Sscanf(heard(), "group %d", &group); err != nil {
		t.Fatalf("it says %q: %v", heard(), err)
	}
	if leader, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", group)); !strings.HasPrefix(string(leader), spec.Binary+"\x00apply\x00") {
		t.Fatalf("its group is led by %q", leader)
	}
	for i := range 3 { // after the first, Terraform may have ended
		if err := d.Interrupt(); err != nil && (i == 0 || !errors.Is(err, terraform.ErrNotRunning)) {
			t.Fatal(err)
		}
	}
	var progress terraform.Progress
	interrupts := 0
	mustFollow(t, d, 0, func(e terraform.Event) {
		progress = progress.After(e)
		interrupts += strings.Count(e.Human(), "nterrupt")
	})
	if s := mustStatus(t, d, terraform.Exited); !s.Exit.Interrupted || s.Exit.Killed || s.Exit.Code != 1 {
		t.Errorf("exit is %+v", s.Exit)
	}
	if interrupts != 1 {
		t.Errorf("Terraform speaks of %d interrupts", interrupts)
	}
	if progress.Errored != 1 || progress.Done != 0 || len(progress.Unfinished()) > 0 {
		t.Errorf("progress is %+v", progress)
	}
	if err := os.WriteFile(d.File("enough"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the process to end", func() bool { return strings.HasSuffix(heard(), "end\n") })
	if got := strings.Fields(heard())[2:]; len(got) != 1 {
		t.Errorf("it heard %q", got)
	}
}
