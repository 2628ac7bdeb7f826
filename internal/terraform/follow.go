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

// Follow hands every line of the run's output from byte offset on to fn, in
// order and each once, as it is written: the line without its newline, and the
// offset behind it, which is where a later Follow goes on. It returns nil when
// the supervisor has ended and everything was delivered (a last line without a
// newline included), fn's error as it is, or the context's.
//
// Of a line that is too long what is too long is left out, and said: see maxText.
// The bytes of a line are fn's until it returns.
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
	dir    Dir
	offset int64 // behind the last delivered line
	line   outputLine
	file   *os.File
	fn     func([]byte, int64) error
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
		if err := t.take(ctx, buf[:n]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("follow output: %w", err)
		}
	}
}

// take delivers the lines that end in what was read.
func (t *tail) take(ctx context.Context, read []byte) error {
	for {
		piece, rest, ends := bytes.Cut(read, []byte("\n"))
		t.line.add(piece)
		if !ends {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.deliver(1); err != nil {
			return err
		}
		read = rest
	}
}

// deliver hands the line over, which ended with so many bytes of a newline.
func (t *tail) deliver(newline int64) error {
	end := t.offset + t.line.size + newline
	if err := t.fn(t.line.bytes(), end); err != nil {
		return err
	}
	t.offset = end
	t.line.reset()
	return nil
}

// rest delivers a last line that was never finished.
func (t *tail) rest() error {
	if t.line.size == 0 {
		return nil
	}
	return t.deliver(0)
}
