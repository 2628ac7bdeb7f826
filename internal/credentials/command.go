package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/cloud-engine/cloudengine/internal/mask"
)

const (
	// letGo is how long what a command started may keep its output open.
	letGo = 2 * time.Second
	// mostSaid bounds what the log gets of a command's stderr.
	mostSaid = 2 << 10
)

// printed is what a command prints.
type printed struct {
	Env     map[string]string `json:"env"`
	Expires time.Time         `json:"expires"` // RFC 3339; may be missing
}

// run runs the command as this process's user, without a shell and with next to
// nothing of this process's environment.
func (c *command) run(ctx context.Context) (Taken, error) {
	info, err := os.Stat(c.Argv[0])
	if err == nil {
		err = guarded(info)
	}
	if err != nil {
		return Taken{}, fmt.Errorf("%s: %s", c.Argv[0], reason(err))
	}
	ctx, cancel := context.WithTimeout(ctx, c.limit())
	defer cancel()
	out, said := bounded{most: mostBytes}, bounded{most: mostBytes}
	cmd := exec.CommandContext(ctx, c.Argv[0], c.Argv[1:]...)
	cmd.Dir, cmd.Env = "/", minimal()
	cmd.Stdout, cmd.Stderr = &out, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // and what it started
	cmd.WaitDelay = letGo
	err = cmd.Run()
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it left behind
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("it was stopped after %s: %w", c.limit(), ctx.Err())
	}
	var taken Taken
	if err == nil {
		taken, err = read(out)
	}
	if err != nil {
		return Taken{}, fmt.Errorf("%w; it said: %q", err, heard(out, said))
	}
	return taken, nil
}

// read reads what a command printed, strictly. The error has nothing of it.
func read(out bounded) (Taken, error) {
	if out.over {
		return Taken{}, fmt.Errorf("it prints more than %d KiB", mostBytes>>10)
	}
	var p printed
	decoder := json.NewDecoder(bytes.NewReader(out.kept.Bytes()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil || decoder.More() {
		return Taken{}, errors.New(`it should print {"env": {...}, "expires": "RFC 3339 time"} and nothing else`)
	}
	if len(p.Env) == 0 {
		return Taken{}, errors.New("it prints no variables")
	}
	if _, problem := checkVariables(p.Env, nil); problem != "" {
		return Taken{}, errors.New(problem)
	}
	if !p.Expires.IsZero() && !time.Now().Before(p.Expires) {
		return Taken{}, fmt.Errorf("what it prints expired at %s", p.Expires.UTC().Format(time.RFC3339))
	}
	return Taken{Env: p.Env, Expires: p.Expires}, nil
}

// minimal is what a command needs of the environment, as the tools of the clouds
// keep their settings at home.
func minimal() []string {
	env := []string{"LANG=C.UTF-8", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
	if home, err := os.UserHomeDir(); err == nil {
		env = append(env, "HOME="+home)
	}
	return env
}

// heard is what a command that failed said on stderr, without what it printed.
func heard(out, said bounded) string {
	words := strings.FieldsFunc(out.kept.String(), func(r rune) bool { return strings.ContainsRune("\"'{}[],:= \t\r\n", r) })
	var leaves any
	if json.Unmarshal(out.kept.Bytes(), &leaves) == nil {
		words = append(words, texts(leaves)...)
	}
	text := strings.TrimSpace(mask.New(words).Mask(said.kept.String()))
	if len(text) > mostSaid {
		text = strings.ToValidUTF8(text[:mostSaid], "") + "…"
	}
	return text
}

// texts are all the texts in a JSON value.
func texts(v any) []string {
	var all []string
	switch v := v.(type) {
	case string:
		all = append(all, v)
	case []any:
		for _, e := range v {
			all = append(all, texts(e)...)
		}
	case map[string]any:
		for _, e := range v {
			all = append(all, texts(e)...)
		}
	}
	return all
}

// bounded keeps the first bytes that are written to it.
type bounded struct {
	most int
	kept bytes.Buffer
	over bool
}

func (b *bounded) Write(p []byte) (int, error) {
	fits := p
	if room := b.most - b.kept.Len(); len(p) > room {
		fits, b.over = p[:room], true
	}
	b.kept.Write(fits)
	return len(p), nil
}
