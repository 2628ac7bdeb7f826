package terraform

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// markVariable is set in Terraform's environment to a value of the run's own.
// Whatever Terraform starts inherits it (providers, provisioners, and what they
// leave behind when Terraform is killed), so the processes of a run can be told
// from every other one, whoever their parent is by now.
const markVariable = "CLOUDENGINE_RUN_MARK"

func newMark() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // crypto/rand.Read never fails
	return hex.EncodeToString(b)
}

// family tells the processes of a run: those that carry its mark, and those of
// the supervisor's session that were started in the run's directory (a
// provisioner may have emptied its environment) or that cannot be looked into
// (another user's, without the capability to).
type family struct {
	mark       string
	dir        string
	supervisor identity // zero for a plan, which has none
	deleted    bool     // dir is gone, and with it all that tells the run's processes but where they were
}

// members lists the living processes of the family.
func (f family) members() ([]process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var out []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		p, err := readProcess(pid)
		if err != nil || p.state == 'Z' || p.state == 'X' || p.identity == f.supervisor {
			continue
		}
		if f.has(p) {
			out = append(out, p)
		}
	}
	return out, nil
}

func (f family) has(p process) bool {
	if f.deleted {
		return f.strayed(p)
	}
	environ, err := os.ReadFile(procPath(p.PID, "environ"))
	if err == nil && f.mark != "" && bytes.Contains(environ, []byte(markVariable+"="+f.mark)) {
		return true
	}
	if f.supervisor.PID == 0 || p.session != f.supervisor.PID || p.Boot != f.supervisor.Boot || p.Start < f.supervisor.Start {
		return false
	}
	if err != nil {
		return errors.Is(err, os.ErrPermission)
	}
	cwd, err := os.Readlink(procPath(p.PID, "cwd"))
	return err == nil && f.within(cwd)
}

// eradicate kills every process of the family and returns when none is left.
// It looks again after each round, as a process may have started another.
func (f family) eradicate(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, eradicateLimit)
	defer cancel()
	for {
		members, err := f.members()
		if err != nil {
			return fmt.Errorf("look for processes of the run: %w", err)
		}
		if len(members) == 0 {
			return nil
		}
		for _, p := range members {
			if err := p.signal(unix.SIGKILL); err != nil {
				return fmt.Errorf("kill process %d of the run: %w", p.PID, err)
			}
		}
		for _, p := range members {
			if err := p.wait(ctx); err != nil {
				return fmt.Errorf("process %d of the run does not end: %w", p.PID, err)
			}
		}
	}
}

// freeze stops the family's processes (SIGSTOP) at a moment when intact says
// yes. Terraform writes its state in place, and does so at an interrupt too: a
// kill in the middle would lose all of it. When that moment does not come
// within freezeLimit they stay frozen as they are.
func (f family) freeze(ctx context.Context, intact func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, freezeLimit)
	defer cancel()
	for {
		members, err := f.signalAll(unix.SIGSTOP)
		if err != nil {
			return err
		}
		if frozen(members) && intact() || ctx.Err() != nil {
			return nil
		}
		if _, err := f.signalAll(unix.SIGCONT); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(freezeRetry):
		}
	}
}

func (f family) signalAll(sig unix.Signal) ([]process, error) {
	members, err := f.members()
	if err != nil {
		return nil, fmt.Errorf("look for processes of the run: %w", err)
	}
	for _, p := range members {
		if err := p.signal(sig); err != nil {
			return nil, fmt.Errorf("signal process %d of the run: %w", p.PID, err)
		}
	}
	return members, nil
}

// frozen reports whether the processes have come to a halt, or are gone: a
// signal takes a moment to arrive.
func frozen(members []process) bool {
	for _, p := range members {
		if now, err := readProcess(p.PID); err == nil && now.identity == p.identity && now.state != 'T' && now.state != 'Z' && now.state != 'X' {
			return false
		}
	}
	return true
}
