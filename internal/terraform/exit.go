package terraform

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// Exit is how an apply ended, as its supervisor wrote it.
type Exit struct {
	// Code is Terraform's exit code; -1 when a signal ended it or it was never started.
	Code int `json:"code"`
	// Cause says what went wrong when the JSON output may not: a refusal, a
	// signal, what Terraform wrote to standard error. It is for logs.
	Cause string `json:"cause,omitempty"`
	// Interrupted says that the apply was asked to stop. With Code 0 it had
	// finished all the same.
	Interrupted bool `json:"interrupted"`
	// Killed says that a signal ended Terraform: a force stop, or the kernel
	// for want of memory. The state may miss what was being created.
	Killed  bool      `json:"killed"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended"`
}

func (d Dir) writeExit(e Exit) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("write exit: %w", err)
	}
	if err := d.writeEnd(exitFile, raw); err != nil {
		return fmt.Errorf("write exit: %w", err)
	}
	return nil
}

// readExit returns nil when the run has not ended.
func (d Dir) readExit() (*Exit, error) {
	raw, err := d.read(exitFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read exit: %w", err)
	}
	var e Exit
	if err := json.Unmarshal(raw, &e); err != nil {
		return nil, fmt.Errorf("read exit: %w", err)
	}
	return &e, nil
}
