package terraform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// stateInterval is how often at most a growing state is handed on.
const stateInterval = time.Second

// StateMeta names a version of a state. The zero value stands for no state.
type StateMeta struct {
	Lineage string `json:"lineage"`
	Serial  uint64 `json:"serial"`
}

// State is a complete state file.
type State struct {
	StateMeta
	TerraformVersion string
	Raw              []byte
}

// ErrLineage says that the state in the directory is another stack's.
var ErrLineage = errors.New("the state has another lineage")

// ParseState reads a state file of format 4. A file that is cut short, or not a
// state, is an error.
func ParseState(raw []byte) (State, error) {
	var head struct {
		Version          int             `json:"version"`
		TerraformVersion string          `json:"terraform_version"`
		Serial           uint64          `json:"serial"`
		Lineage          string          `json:"lineage"`
		Resources        json.RawMessage `json:"resources"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return State{}, fmt.Errorf("read state: %w", err)
	}
	if head.Version != 4 || head.Lineage == "" {
		return State{}, fmt.Errorf("read state: format %d, lineage %q: not a Terraform state", head.Version, head.Lineage)
	}
	return State{
		StateMeta:        StateMeta{Lineage: head.Lineage, Serial: head.Serial},
		TerraformVersion: head.TerraformVersion, Raw: raw,
	}, nil
}

// State reads the state in the directory; ok is false when there is none.
func (d Dir) State() (s State, ok bool, err error) { return d.stateIn(StateFile) }

func (d Dir) stateIn(name string) (s State, ok bool, err error) {
	raw, err := d.read(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(raw) == 0 {
		return State{}, false, nil
	}
	if err != nil {
		return State{}, false, fmt.Errorf("read state: %w", err)
	}
	s, err = ParseState(raw)
	return s, err == nil, err
}

// LastState reads what the Terraform of a run that has ended left of its state: the
// state file or, where Terraform could not write that, the newer errored.tfstate of
// the same lineage. known is the newest that was read before (zero: none). Where no
// Terraform was started there is none, whatever was written for it.
//
// An error says that something of the state was left which cannot be used, and of
// which nobody else knows; s is still the best that can be read, if ok.
func (d Dir) LastState(known StateMeta) (s State, ok bool, err error) {
	if !d.has(processFile) {
		return State{}, false, nil
	}
	s, ok, err = d.State()
	errored, left, erroredErr := d.stateIn(ErroredFile)
	if erroredErr != nil {
		return s, ok, errors.Join(err, fmt.Errorf("%s: %w", ErroredFile, erroredErr))
	}
	if ok && (known.Lineage == "" || known.Lineage == s.Lineage && known.Serial < s.Serial) {
		known = s.StateMeta
	}
	switch {
	case !left:
	case known.Lineage != "" && known.Lineage != errored.Lineage:
		err = errors.Join(err, fmt.Errorf("%s: %w", ErroredFile, ErrLineage))
	case known.Lineage == "" || errored.Serial > known.Serial:
		return errored, true, nil
	}
	return s, ok, err
}

// stateIntact reports whether the state is whole, or there is none.
func (d Dir) stateIntact() bool {
	raw, err := d.read(StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err == nil {
		_, err = ParseState(raw)
	}
	return err == nil
}

// WatchState hands the run's state to fn as it grows: only a complete file of
// the known lineage (any, when known is zero) with a serial above the known
// one, the newest at most once a second, and always the last one. It returns
// nil when the supervisor has ended and the last was handed on, fn's error as
// it is, or the context's. ErrLineage, at the end, says that a state of another
// lineage was seen, and kept from fn.
//
// Where no supervisor runs it hands on what there is and returns.
func (d Dir) WatchState(ctx context.Context, known StateMeta, fn func(State) error) error {
	w, err := d.watch(ctx, StateFile)
	if err != nil {
		return fmt.Errorf("watch state: %w", err)
	}
	defer w.close()
	s := stateWatch{dir: d, known: known, fn: fn}
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		over, err := d.over()
		if err != nil {
			return fmt.Errorf("watch state: %w", err)
		}
		if err := s.look(); err != nil {
			return err
		}
		wait := stateInterval - time.Since(s.handedOn)
		if over || wait <= 0 {
			if err := s.handOn(); err != nil {
				return err
			}
		}
		if over {
			return s.foreign
		}
		if s.pending != nil {
			next.Reset(wait)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.wake:
		case <-next.C:
		}
	}
}

type stateWatch struct {
	dir      Dir
	known    StateMeta
	pending  *State // complete, newer than known, not handed on yet
	handedOn time.Time
	foreign  error
	fn       func(State) error
}

// look reads the file. Terraform writes it in place, so that it may be cut
// short now: then the next write wakes us again.
func (s *stateWatch) look() error {
	raw, err := s.dir.read(StateFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("watch state: %w", err)
	}
	state, err := ParseState(raw)
	if err != nil {
		return nil
	}
	newest := s.known
	if s.pending != nil {
		newest = s.pending.StateMeta
	}
	switch {
	case newest.Lineage != "" && newest.Lineage != state.Lineage:
		s.foreign = fmt.Errorf("watch state: %w", ErrLineage)
	case newest.Lineage == "" || state.Serial > newest.Serial:
		s.pending = &state
	}
	return nil
}

func (s *stateWatch) handOn() error {
	if s.pending == nil {
		return nil
	}
	state := *s.pending
	if err := s.fn(state); err != nil {
		return err
	}
	s.known, s.pending, s.handedOn = state.StateMeta, nil, time.Now()
	return nil
}
