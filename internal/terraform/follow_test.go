package terraform_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// TestFollowAgain stops following at every line and goes on at its offset, as a
// bot does that is killed over and over.
func TestFollowAgain(t *testing.T) {
	t.Parallel()
	d, spec := mustPrepare(t, slow("0.1", 3))
	mustStart(t, d, spec)
	var lines []string
	offset, stop := int64(0), errors.New("stop")
	for {
		err := d.Follow(withDeadline(t), offset, func(line []byte, end int64) error {
			lines = append(lines, string(line))
			offset = end
			return stop
		})
		if err == nil {
			break
		}
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(d.File(terraform.OutputFile))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines, "\n") + "\n"; got != string(want) {
		t.Errorf("followed:\n%s\nwritten:\n%s", got, want)
	}
	if offset != int64(len(want)) {
		t.Errorf("offset is %d of %d", offset, len(want))
	}
}

// TestFollowCuts writes lines in pieces, the last one unfinished, while it is
// followed. The lock is held by a supervisor that is this test.
func TestFollowCuts(t *testing.T) {
	t.Parallel()
	d := mustDir(t, nil)
	free := holdLock(t, d)
	out, err := os.Create(d.File(terraform.OutputFile))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	lines := make(chan string, 10)
	done := make(chan error, 1)
	go func() {
		done <- d.Follow(withDeadline(t), 0, func(line []byte, _ int64) error {
			lines <- string(line)
			return nil
		})
	}()
	masker := mask.New([]string{"hunter2-secret"})
	for _, step := range []struct{ write, want string }{
		{"one\n", "one"},
		{"password hunter2-", ""}, // cut in the middle of a secret
		{"secret\r\nthree", "password (sensitive)"},
		{"\n\n", "three"},
		{"", ""},
	} {
		if _, err := out.WriteString(step.write); err != nil {
			t.Fatal(err)
		}
		if step.want != "" {
			if got := masker.Mask(<-lines); got != step.want {
				t.Errorf("got %q, want %q", got, step.want)
			}
		}
	}
	if got := <-lines; got != "" {
		t.Errorf("got %q, want the empty line", got)
	}
	if _, err := out.WriteString("unfinished"); err != nil {
		t.Fatal(err)
	}
	free()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := <-lines; got != "unfinished" {
		t.Errorf("got %q", got)
	}
}

func TestFollowOddOutput(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 3<<20)
	for name, tc := range map[string]struct {
		content string
		offset  int64
		want    []string
	}{
		"nothing":      {"", 0, nil},
		"from offset":  {"one\ntwo\n", 4, []string{"two"}},
		"at the end":   {"one\n", 4, nil},
		"behind it":    {"one\n", 40, nil},
		"only newline": {"\n\n", 0, []string{"", ""}},
		"endless line": {long, 0, []string{"(a line of 3145728 bytes is left out)"}},
		"long line":    {long[:64<<10] + "\n" + long[:64<<10+1] + "\nnext\n", 0, []string{long[:64<<10], "(a line of 65537 bytes is left out)", "next"}},
		"binary":       {"\x00\xff\n", 0, []string{"\x00\xff"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustDir(t, nil)
			if err := os.WriteFile(d.File(terraform.OutputFile), []byte(tc.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if got := mustFollow(t, d, tc.offset, nil); !slices.Equal(got, tc.want) {
				t.Errorf("got %d lines, want %d", len(got), len(tc.want))
			}
		})
	}
}

// A text that is too long is left out of its line, and the line is read as what it
// is: a secret in it is shown neither whole nor where it would be cut.
func TestFollowLeavesLongTextsOut(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-secret"
	masker := mask.New([]string{secret})
	for name, tc := range map[string]struct {
		text string
		want string
	}{
		"at the limit":    {strings.Repeat("x", 64<<10), strings.Repeat("x", 64<<10)},
		"beyond it":       {strings.Repeat("x", 64<<10+1), "(a text of 65537 bytes is left out)"},
		"across a cut":    {strings.Repeat("x", 1<<20-7) + secret, "(a text of 1048583 bytes is left out)"},
		"full of escapes": {strings.Repeat(`\\\"`, 40_000) + secret, "(a text of 160014 bytes is left out)"},
		"short":           {`a \" of ` + secret, `a " of (sensitive)`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := mustDir(t, nil)
			line := `{"@level":"info","@message":"` + tc.text + `","hook":{"resource":{"addr":"a.b"},"action":"create","provisioner":"` + tc.text + `"},"type":"apply_complete"}` + "\n"
			if err := os.WriteFile(d.File(terraform.OutputFile), []byte(line+line), 0o600); err != nil {
				t.Fatal(err)
			}
			var progress terraform.Progress
			var ends []int64
			err := d.Follow(withDeadline(t), 0, func(raw []byte, end int64) error {
				e, ok := terraform.ParseLine(raw)
				if got := masker.Mask(e.Human()); !ok || got != tc.want || e.Address != "a.b" {
					t.Errorf("read %d bytes about %q: %.100q", len(got), e.Address, got)
				}
				progress, ends = progress.After(e), append(ends, end)
				return nil
			})
			if size := int64(len(line)); err != nil || progress.Done != 2 || !slices.Equal(ends, []int64{size, 2 * size}) {
				t.Errorf("%d done, offsets %v of %d: %v", progress.Done, ends, size, err)
			}
		})
	}
}

// A line without long texts that is too long all the same is left out whole.
func TestFollowBoundsALine(t *testing.T) {
	t.Parallel()
	d := mustDir(t, nil)
	line := `{"outputs":[` + strings.Repeat(`"an output",`, 200_000) + `""]}`
	if err := os.WriteFile(d.File(terraform.OutputFile), []byte(line+"\nnext"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, want := mustFollow(t, d, 0, nil), []string{"(a line of 2400016 bytes is left out)", "next"}; !slices.Equal(got, want) {
		t.Errorf("got %.200q", got)
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	t.Parallel()
	d := mustDir(t, nil)
	defer holdLock(t, d)()
	ctx, cancel := context.WithCancel(withDeadline(t))
	done := make(chan error, 2)
	go func() { done <- d.Follow(ctx, 0, func([]byte, int64) error { return nil }) }()
	go func() {
		done <- d.WatchState(ctx, terraform.StateMeta{}, func(terraform.State) error { return nil })
	}()
	cancel()
	for range 2 {
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("error is %v", err)
		}
	}
}
