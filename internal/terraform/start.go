package terraform

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// readyVariable tells the supervisor which inherited descriptor to report on.
const readyVariable = "CLOUDENGINE_SUPERVISOR_READY"

// Spec is what an apply needs besides the files in the directory.
type Spec struct {
	// Binary is the path of the Terraform executable.
	Binary string `json:"binary"`
	// Version is the binary's, if known: it saves asking.
	Version string `json:"version,omitempty"`
	// Env is Terraform's whole environment, see Environment.
	Env map[string]string `json:"env"`
	// Secrets are values in Env, and in files that it leads to, which must not be
	// shown. Dir.Secrets gives them to whoever follows the apply.
	Secrets []string `json:"secrets,omitempty"`
	// PlanSHA256 is the SHA-256, in hex, of the plan file that was approved.
	PlanSHA256 string `json:"plan_sha256"`
	// User, when set, is who the supervisor and Terraform run as. Only root
	// may set it; the directory becomes that user's.
	User *User `json:"-"`

	Mark string `json:"mark"` // set by StartApply
}

// StartApply starts the supervisor that applies the directory's plan file, and
// returns once it has taken the run's lock. From then on the apply needs
// nothing of this process.
//
// ErrRunning: a supervisor holds the lock already. ErrEnded: the run has ended
// or was abandoned. ErrPlanChanged: the plan file is not Spec.PlanSHA256's.
func (d Dir) StartApply(spec Spec) error {
	spec.Mark = newMark()
	if err := d.prepare(spec); err != nil {
		return fmt.Errorf("start apply: %w", err)
	}
	log, err := d.openLog()
	if err != nil {
		return fmt.Errorf("start apply: %w", err)
	}
	defer log.Close()
	answer, ready, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start apply: %w", err)
	}
	defer answer.Close()
	cmd := d.selfCommand(context.Background(), spec.User)
	cmd.Env = append(cmd.Env, readyVariable+"=3")
	cmd.Stdout, cmd.Stderr = log, log // no stdin is /dev/null
	cmd.ExtraFiles = []*os.File{ready}
	err = cmd.Start()
	ready.Close()
	if err != nil {
		return fmt.Errorf("start apply: %w", err)
	}
	go reapSupervisor(cmd)
	return readAnswer(answer)
}

// reapSupervisor keeps a supervisor that ends from staying a zombie. Nobody
// waits for this goroutine: a supervisor outlives, by design, whoever started it.
func reapSupervisor(cmd *exec.Cmd) { _ = cmd.Wait() }

// prepare checks that the run may start and leaves the specification for the
// supervisor, which checks again under the lock.
func (d Dir) prepare(spec Spec) error {
	switch status, err := d.Status(); {
	case err != nil:
		return err
	case status.Phase == Running:
		return ErrRunning
	case status.Phase != Absent:
		return ErrEnded
	}
	raw, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	if err := os.Mkdir(d.File(tmpDir), 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := d.reserveEnd(); err != nil {
		return err
	}
	if err := d.writeDurably(specFile, raw); err != nil {
		return err
	}
	if spec.User == nil {
		return nil
	}
	return d.chown(*spec.User)
}

// selfCommand runs this very binary on the directory, also when the file it was
// started from has been replaced since. The process gets no secret in its own
// environment and belongs to a session of its own.
func (d Dir) selfCommand(ctx context.Context, user *User) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", SuperviseCommand, d.path)
	if name, err := os.Executable(); err == nil {
		cmd.Args[0] = strings.TrimSuffix(name, " (deleted)")
	}
	cmd.Dir = d.path
	cmd.Env = []string{"PATH=" + pathVariable(), "HOME=" + d.path}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if user != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: user.UID, Gid: user.GID}
	}
	return cmd
}

func (d Dir) openLog() (*os.File, error) {
	return os.OpenFile(d.File(logFile), os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NOFOLLOW, 0o600)
}

const (
	answerReady = "ready"
	// refusals, as they cross the pipe
	answerRunning     = "running"
	answerEnded       = "ended"
	answerPlanChanged = "plan changed"
)

// readAnswer waits until the supervisor holds the lock, refuses or dies.
func readAnswer(r io.Reader) error {
	raw, err := io.ReadAll(io.LimitReader(r, 4096))
	if err != nil {
		return fmt.Errorf("start apply: %w", err)
	}
	switch answer := string(bytes.TrimSpace(raw)); answer {
	case answerReady:
		return nil
	case answerRunning:
		return fmt.Errorf("start apply: %w", ErrRunning)
	case answerEnded:
		return fmt.Errorf("start apply: %w", ErrEnded)
	case answerPlanChanged:
		return fmt.Errorf("start apply: %w", ErrPlanChanged)
	case "":
		return errors.New("start apply: the supervisor died before it took the lock (see its log)")
	default:
		return fmt.Errorf("start apply: the supervisor refused: %s", answer)
	}
}
