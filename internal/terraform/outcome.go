package terraform

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
)

// outcome reads terraform-exec's error. After an interrupt that can be the
// context's alone in three cases: Terraform was never started, or ended with
// success all the same, or even still runs (terraform-exec looks at the context
// right after starting). Then the process is asked, and its output: Terraform
// writes a first line whatever happens. Such an error must not be printed, as
// it may wrap nothing.
func outcome(ctx context.Context, err error, wrote bool) (code int, killed bool, cause string) {
	var ee *exec.ExitError
	switch {
	case err == nil:
		return 0, false, ""
	case errors.As(err, &ee):
		status, _ := ee.Sys().(syscall.WaitStatus)
		if ctx.Err() != nil && status.Signaled() && status.Signal() == syscall.SIGINT {
			// Terraform catches it: this one had not come that far.
			return -1, false, errNotStarted.Error()
		}
		if status.Signaled() {
			return -1, true, "Terraform was ended by signal: " + status.Signal().String()
		}
		return ee.ExitCode(), false, lastPart(err.Error())
	case errors.Is(err, errNotStarted), err == ctx.Err(): //nolint:errorlint // the bare error alone says that nothing was started; what wraps it, below, does not
		return -1, false, errNotStarted.Error()
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return reap(wrote)
	default:
		return -1, false, lastPart(err.Error())
	}
}

// reap waits for a Terraform that nobody waited for, if there is one.
func reap(wrote bool) (code int, killed bool, cause string) {
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil && wrote: // no child is left: it was waited for, and ended well
			return 0, false, ""
		case err != nil:
			return -1, false, errNotStarted.Error()
		case status.Signaled():
			return -1, true, "Terraform was ended by signal: " + status.Signal().String()
		case status.Exited():
			return status.ExitStatus(), false, ""
		}
	}
}

// lastPart keeps the last lines of a text that may hold all of standard error. They
// are whole: of a line that is cut nobody could tell what is secret.
func lastPart(s string) string {
	const most = 4000
	if len(s) <= most {
		return s
	}
	_, whole, _ := strings.Cut(s[len(s)-most:], "\n")
	return "…\n" + whole
}
