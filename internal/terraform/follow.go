package terraform

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxLine bounds a line of output: what is longer is delivered in pieces. A
// line of Terraform's holds at most one value of a resource.
const maxLine = 1 << 20

// Follow hands every line of the run's output from byte offset on to fn, in
// order and each once, as it is written: the line without its newline, and the
// offset behind it, which is where a later Follow goes on. It returns nil when
// the supervisor has ended and everything was delivered (a last line without a
// newline included), fn's error as it is, or the context's.
//
// It may be called before, while and after the apply runs. Where no supervisor
// runs it delivers what there is and returns. After Abandon, call it once more:
// Terraform may have written between its supervisor's death and its own.
func (d Dir) Follow(ctx context.Context, offset int64, fn func(line []byte, end int64) error) error {
	w, err := d.watch(ctx, OutputFile)
	if err != nil {
		return fmt.Errorf("follow output: %w", err)
	}
	defer w.close()
	t := tail{dir: d, offset: offset, fn: fn}
	defer t.close()
	for {
		// Asked before reading: what was written before the end is then read.
		over, err := d.over()
		if err != nil {
			return fmt.Errorf("follow output: %w", err)
		}
		if err := t.read(ctx); err != nil {
			return err
		}
		if over {
			return t.rest()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-w.wake:
		}
	}
}

// tail cuts a growing file into lines.
type tail struct {
	dir     Dir
	offset  int64 // behind the last delivered line
	partial []byte
	file    *os.File
	fn      func([]byte, int64) error
}

func (t *tail) close() {
	if t.file != nil {
		t.file.Close()
	}
}

// read delivers the complete lines that are there now.
func (t *tail) read(ctx context.Context) error {
	if t.file == nil {
		f, err := t.dir.open(OutputFile)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("follow output: %w", err)
		}
		t.file = f
		if _, err := f.Seek(t.offset, io.SeekStart); err != nil {
			return fmt.Errorf("follow output: %w", err)
		}
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := t.file.Read(buf)
		if n > 0 {
			t.partial = append(t.partial, buf[:n]...)
			if err := t.deliver(ctx); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("follow output: %w", err)
		}
	}
}

func (t *tail) deliver(ctx context.Context) error {
	for {
		length, width := bytes.IndexByte(t.partial, '\n'), 1
		if length < 0 && len(t.partial) >= maxLine {
			length, width = maxLine, 0
		}
		if length < 0 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		line := bytes.TrimSuffix(t.partial[:length], []byte("\r"))
		end := t.offset + int64(length+width)
		if err := t.fn(line, end); err != nil {
			return err
		}
		t.offset = end
		t.partial = t.partial[length+width:]
	}
}

// rest delivers a last line that was never finished.
func (t *tail) rest() error {
	if len(t.partial) == 0 {
		return nil
	}
	end := t.offset + int64(len(t.partial))
	return t.fn(t.partial, end)
}
