package terraform_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

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
	masker := terraform.NewMasker([]string{"hunter2-secret"})
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
			if got := masker.MaskString(<-lines); got != step.want {
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
		"endless line": {long, 0, []string{long[:1<<20], long[:1<<20], long[:1<<20]}},
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
