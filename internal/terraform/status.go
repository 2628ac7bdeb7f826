package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// Phase is where an apply stands, told from its directory.
type Phase string

// The phases.
const (
	// Absent: no supervisor ever took the lock. A start may be under way.
	Absent Phase = "absent"
	// Running: a supervisor holds the lock.
	Running Phase = "running"
	// Exited: the supervisor wrote the exit.
	Exited Phase = "exited"
	// Dead: the supervisor is gone without an exit. Abandon comes next.
	Dead Phase = "dead"
	// Abandoned: Abandon was called. Until it returned nil, processes of the
	// run may still live.
	Abandoned Phase = "abandoned"
)

// Status is where an apply stands. Exit is set when Phase is Exited.
type Status struct {
	Phase Phase
	Exit  *Exit
}

// Status tells where the apply stands. The lock answers, not a pid.
func (d Dir) Status() (Status, error) {
	held, err := lockHeld(d.File(lockFile))
	if err != nil {
		return Status{}, fmt.Errorf("run status: %w", err)
	}
	// The exit is written before the lock is freed: looked for after the lock,
	// it cannot be missed.
	exit, err := d.readExit()
	switch {
	case err != nil:
		return Status{}, fmt.Errorf("run status: %w", err)
	case exit != nil:
		return Status{Phase: Exited, Exit: exit}, nil
	case d.has(abandonedFile):
		return Status{Phase: Abandoned}, nil
	case held:
		return Status{Phase: Running}, nil
	case d.has(processFile):
		return Status{Phase: Dead}, nil
	default:
		return Status{Phase: Absent}, nil
	}
}

// Interrupt asks Terraform to stop after what it is doing now: one SIGINT,
// however often it is called. ErrNotRunning: there is no living supervisor.
func (d Dir) Interrupt() error {
	id, err := d.livingSupervisor()
	if err != nil {
		return fmt.Errorf("interrupt run: %w", err)
	}
	if err := id.signal(unix.SIGINT); err != nil {
		return fmt.Errorf("interrupt run: %w", err)
	}
	return nil
}

// ForceStop kills Terraform and whatever it started, though not in the middle
// of writing the state. The supervisor lives on, and writes the exit. The state
// may miss what was being created.
func (d Dir) ForceStop(ctx context.Context) error {
	// First the interrupt, lest the supervisor start Terraform after the kill.
	if err := d.Interrupt(); err != nil {
		return err
	}
	f, err := d.family()
	if err != nil {
		return fmt.Errorf("force stop: %w", err)
	}
	if err := f.freeze(ctx, d.stateIntact); err != nil {
		return fmt.Errorf("force stop: %w", err)
	}
	if err := f.eradicate(ctx); err != nil {
		return fmt.Errorf("force stop: %w", err)
	}
	return nil
}

// Abandon gives up a run whose supervisor is gone: it takes the lock, marks the
// run so that no supervisor ever starts on it again, kills what Terraform left
// behind, and returns nil only when nothing of the run lives. It may be called
// again. ErrRunning: the supervisor lives. ErrEnded: it wrote its exit.
func (d Dir) Abandon(ctx context.Context) error {
	lock, err := takeLock(d.File(lockFile))
	if err != nil {
		return fmt.Errorf("abandon run: %w", err)
	}
	defer lock.Close()
	if d.has(exitFile) {
		return fmt.Errorf("abandon run: %w", ErrEnded)
	}
	if err := d.writeEnd(abandonedFile, []byte("{}\n")); err != nil {
		return fmt.Errorf("abandon run: %w", err)
	}
	f, err := d.family()
	if err != nil {
		return fmt.Errorf("abandon run: %w", err)
	}
	if err := f.eradicate(ctx); err != nil {
		return fmt.Errorf("abandon run: %w", err)
	}
	return nil
}

func (d Dir) livingSupervisor() (identity, error) {
	over, err := d.over()
	if err != nil {
		return identity{}, err
	}
	if over {
		return identity{}, ErrNotRunning
	}
	s, err := d.supervised()
	if err == nil && s.PID == 0 { // between taking the lock and signing
		return identity{}, ErrNotRunning
	}
	return s.identity, err
}

// supervised reads who supervises, or did: zero when nobody ever did.
func (d Dir) supervised() (supervised, error) {
	var s supervised
	err := d.readJSON(processFile, &s)
	return s, err
}

// family is how the processes of the run are told from others.
func (d Dir) family() (family, error) {
	s, err := d.supervised()
	return family{mark: s.Mark, dir: d.path, supervisor: s.identity}, err
}

// readJSON leaves v alone when there is no such file.
func (d Dir) readJSON(name string, v any) error {
	raw, err := d.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	return nil
}
