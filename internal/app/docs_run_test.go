package app_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// readingPatience is for a whole document: the program may be built for it, on a
// machine that does much else.
const readingPatience = 8 * time.Minute

// Each document is followed from top to bottom, as somebody does who reads it:
// its commands in a shell, in a copy of the checkout, and what is done in Discord
// against the bot that it starts, or one that is there already.
func TestDocumentsAreFollowed(t *testing.T) {
	t.Parallel()
	var turn sync.Mutex
	for _, path := range documents(t) {
		list := slices.DeleteFunc(blocks(t, path), func(b block) bool {
			_, notRun := b.marked(markNotRun)
			_, elsewhere := b.marked(markTested)
			return notRun || elsewhere || b.mark == "" && b.lang != "sh" && b.lang != "discord"
		})
		if len(list) == 0 {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			newReader(t, list, &turn).read()
		})
	}
}

// reader follows one document.
type reader struct {
	*world
	blocks  []block
	dir     string // the copy of the checkout; empty until it is needed
	printed string // by the last block of sh
	player  *player
	// turn is whose shell runs: what one document builds, the next finds built.
	turn *sync.Mutex
}

func newReader(t *testing.T, list []block, turn *sync.Mutex) *reader {
	r := &reader{blocks: list, turn: turn, world: newWorld(t, slow(0.1), readsFor(readingPatience))}
	for _, b := range list {
		if file, ok := b.marked(markFile); ok {
			r.write(file, b.text)
		}
	}
	return r
}

// readsFor gives a test more time than one that waits for one thing.
func readsFor(d time.Duration) option {
	return func(w *world) {
		ctx, cancel := context.WithTimeout(w.t.Context(), d)
		w.t.Cleanup(cancel)
		w.ctx = ctx
	}
}

func (r *reader) read() {
	r.t.Helper()
	r.player = newPlayer(r.world)
	inProcess := !slices.ContainsFunc(r.blocks, func(b block) bool { return b.mark == markStopped })
	for _, b := range r.blocks {
		switch {
		case b.lang == "sh":
			r.shell(b)
		case b.lang == "discord":
			if inProcess && r.app == nil {
				r.start()
				r.prepare(b.file)
			}
			r.player.play(b)
		case b.mark == markSeen:
			r.compare(b)
		}
	}
}

// write makes a file that a document shows: of kinds and policies, which the bot
// is then told of, and else in the copy of the checkout.
func (r *reader) write(name, text string) {
	r.t.Helper()
	dir := r.checkout()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
	switch top, _, _ := strings.Cut(name, "/"); top {
	case "kinds":
		r.conf.Templates = filepath.Join(dir, top)
	case "policies":
		r.conf.Policies = filepath.Join(dir, top)
	}
}

// checkout is a copy of the checkout that a document may change.
func (r *reader) checkout() string {
	r.t.Helper()
	if r.dir != "" {
		return r.dir
	}
	r.dir = r.t.TempDir()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		target := filepath.Join(r.dir, name)
		switch {
		case slices.Contains([]string{".git", ".cache", "bin"}, name):
			return fs.SkipDir
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case !d.Type().IsRegular():
			return nil
		}
		return copyFile(path, target)
	})
	if err != nil {
		r.t.Fatalf("copy the checkout: %v", err)
	}
	return r.dir
}

func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, raw, info.Mode().Perm())
}

// filledIn are the settings that a reader has values of their own for: what a
// document exports under these names is replaced.
func (r *reader) filledIn() map[string]string {
	return map[string]string{
		"DISCORD_TOKEN": r.bot.Token, "CLOUDENGINE_GUILDS": r.guild.ID, "DATABASE_URL": r.conf.DatabaseURL.Reveal(),
	}
}

// isSetting reports whether a variable of the environment would change what a
// document's commands do.
func isSetting(v string) bool {
	return slices.ContainsFunc([]string{"CLOUDENGINE_", "DATABASE_URL", "DISCORD_TOKEN", "TF_"}, func(prefix string) bool { return strings.HasPrefix(v, prefix) })
}

// coloursOf are those of a terminal.
var coloursOf = regexp.MustCompile("\x1b\\[[0-9;]*m")

var exportPattern = regexp.MustCompile(`(?m)^export (\w+)=.*$`)

// shell runs a block as a reader would type it. What it exports is there in the
// next one, too.
func (r *reader) shell(b block) {
	r.t.Helper()
	dir := r.checkout()
	text := exportPattern.ReplaceAllStringFunc(b.text, func(line string) string {
		name := exportPattern.FindStringSubmatch(line)[1]
		if value, ok := r.filledIn()[name]; ok {
			return fmt.Sprintf("export %s='%s'", name, value)
		}
		return line
	})
	kept := filepath.Join(dir, ".exported")
	script := "set -eu\n[ ! -e " + kept + " ] || . " + kept + "\n" + text
	if b.mark != markStopped {
		script += "\nexport -p | grep -v '^export PWD' > " + kept + "\n"
	}
	cmd := exec.CommandContext(r.ctx, "sh", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(slices.DeleteFunc(os.Environ(), isSetting),
		"CLOUDENGINE_DISCORD_API="+r.sim.URL(), "CLOUDENGINE_DATA="+r.conf.DataDir, "CLOUDENGINE_LISTEN="+r.conf.Listen,
		"CLOUDENGINE_TERRAFORM_USER="+r.conf.TerraformUser, "CLOUDENGINE_LOG_LEVEL=debug", "CLOUDENGINE_STREAM_INTERVAL="+r.conf.StreamInterval.String(), "NO_COLOR=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	if b.mark == markStopped {
		r.background(b, cmd)
		return
	}
	r.turn.Lock()
	defer r.turn.Unlock()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	r.printed = coloursOf.ReplaceAllString(out.String(), "")
	if err != nil {
		r.t.Fatalf("%v: %v\n%s", b, err, r.printed)
	}
}

// background starts what goes on until the end of the document, the bot, and
// waits until it says that it serves.
func (r *reader) background(b block, cmd *exec.Cmd) {
	r.t.Helper()
	out := &awaited{want: "Health: ", there: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, r.logs
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	ended := make(chan struct{})
	var end error
	go func() {
		end = cmd.Wait()
		close(ended)
	}()
	r.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		<-ended
	})
	select {
	case <-out.there:
	case <-ended:
		r.t.Fatalf("%v: it ended: %v\n%s", b, end, out.String())
	case <-r.ctx.Done():
		r.t.Fatalf("%v: it did not come up:\n%s", b, out.String())
	}
	r.printed = out.String()
}

// awaited keeps what a program prints, and says when it has printed something.
type awaited struct {
	logBuffer
	want  string
	there chan struct{}
	once  sync.Once
}

func (a *awaited) Write(p []byte) (int, error) {
	n, err := a.logBuffer.Write(p)
	if strings.Contains(a.String(), a.want) {
		a.once.Do(func() { close(a.there) })
	}
	return n, err
}

// compare holds what a document shows against what the shell printed.
func (r *reader) compare(b block) {
	r.t.Helper()
	for line := range strings.Lines(b.text) {
		if line = strings.TrimSpace(line); line != "" && !hasInOrder(r.printed, strings.Split(line, "…")) {
			r.t.Errorf("%v: %q was not printed:\n%s", b, line, r.printed)
		}
	}
}

// prepare is what a document takes for granted.
func (r *reader) prepare(document string) {
	r.t.Helper()
	if setting := r.settings()[document]; setting != nil {
		setting()
	}
}

func (r *reader) settings() map[string]func() {
	return map[string]func(){
		"extending.md":       func() { r.project() },
		"troubleshooting.md": func() { r.project() },
		"commands.md": func() {
			r.project()
			r.applied(discordsim.Fields{"name": "main"})
			r.deploy(r.grace, discordsim.Args{"project": "dev", "stack": "late"})
		},
	}
}
