package discordsim_test

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// client is a bot written with a library that is not ours.
type client struct {
	name string
	// prepare installs what the bot needs, and returns how it is started.
	prepare func(testing.TB, context.Context) *exec.Cmd
	// hasty: the library comes too early for a limit, then waits as it is told.
	hasty bool
}

// needLong skips a test that installs and starts programs of others.
func needLong(t *testing.T) {
	if os.Getenv("CLOUDENGINE_TEST_LONG") == "" {
		t.Skip("CLOUDENGINE_TEST_LONG is not set: it installs a client library and starts a bot")
	}
}

// clientProcess is a bot that runs. It writes a line when it is "ready", has
// "resumed", and has "shown" something that waits for people.
type clientProcess struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string // closed at the end of its output
	said  safeBuffer  // what it complains of
}

// mustStartClient starts a bot, told by its environment where to log in.
func mustStartClient(t *testing.T, c client, w *world) *clientProcess {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	t.Cleanup(cancel)
	b := &clientProcess{t: t, cmd: c.prepare(t, ctx), lines: make(chan string, 100)}
	b.cmd.Env = append(os.Environ(), b.cmd.Env...)
	b.cmd.Env = append(b.cmd.Env, "DISCORD_API="+w.URL(), "DISCORD_TOKEN="+w.app.Token, "DISCORD_GUILD="+w.guild.ID)
	b.cmd.Stderr = &b.said
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		t.Fatalf("start the bot of %s: %v", c.name, err)
	}
	go func() {
		defer close(b.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			b.lines <- s.Text()
		}
	}()
	t.Cleanup(func() {
		b.cmd.Process.Kill() //nolint:errcheck // it ended already, in most cases
		for range b.lines {
		}
		b.cmd.Wait() //nolint:errcheck // killed
		if t.Failed() {
			t.Logf("the bot of %s said:\n%s", c.name, b.said.String())
		}
	})
	return b
}

// patience is how long a bot may take to connect, and to end.
const patience = time.Minute

// await waits for the bot's next line, which must be this one.
func (b *clientProcess) await(want string) {
	b.t.Helper()
	select {
	case line, ok := <-b.lines:
		if !ok || line != want {
			b.t.Fatalf("the bot said %q, want %q (still running: %t)", line, want, ok)
		}
	case <-time.After(patience):
		b.t.Fatalf("the bot did not say %q within %s", want, patience)
	}
}

// stop asks the bot to end, and waits until it did.
func (b *clientProcess) stop() {
	b.t.Helper()
	if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.t.Fatal(err)
	}
	select {
	case line, ok := <-b.lines:
		if ok {
			b.t.Fatalf("the bot said %q at its end", line)
		}
	case <-time.After(patience):
		b.t.Fatalf("the bot still runs %s after SIGTERM", patience)
	}
	if err := b.cmd.Wait(); err != nil {
		b.t.Errorf("the bot ended with %v", err)
	}
}

// safeBuffer is a buffer that is read while a process writes it.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.TrimSpace(s.b.String())
}
