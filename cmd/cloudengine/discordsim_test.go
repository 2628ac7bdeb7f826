package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// mustLocalDiscord runs the command until the test ends, and returns what it
// prints first with stop, which ends it and returns its error.
func mustLocalDiscord(t *testing.T, lines int, args ...string) (printed string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"discordsim"}, args...), environment(nil), w)
		w.CloseWithError(io.EOF)
		done <- err
	}()
	in := bufio.NewScanner(r)
	for range lines {
		if !in.Scan() {
			t.Fatalf("it ended: %v", <-done)
		}
		printed += in.Text() + "\n"
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		io.Copy(io.Discard, r) //nolint:errcheck // until the other side ends
	}()
	stop = func() error {
		cancel()
		select {
		case err := <-done:
			<-drained
			done <- err
			return err
		case <-time.After(time.Minute):
			t.Fatal("it does not end")
			return nil
		}
	}
	t.Cleanup(func() { stop() }) //nolint:errcheck // the test has asked, if it matters
	return printed, stop
}

func mustGet(t *testing.T, address string) (int, string) {
	t.Helper()
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(body)
}

func TestLocalDiscordForPrograms(t *testing.T) {
	t.Parallel()
	line, stop := mustLocalDiscord(t, 1, "--listen", "127.0.0.1:0", "--print", "json")
	var d startedDiscord
	if err := json.Unmarshal([]byte(line), &d); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if len(d.Applications) != 1 || d.Applications[0].Token == "" || len(d.Applications[0].PublicKey) != 64 || d.Warning != "" {
		t.Errorf("applications %+v, warning %q", d.Applications, d.Warning)
	}
	if len(d.Guilds) != 1 || d.Guilds[0].Name != "Playground" || d.Guilds[0].Channels[0].Name != "general" || names(d.Guilds[0].People[:1]) == "" {
		t.Errorf("guilds %+v", d.Guilds)
	}
	var people []string
	for _, p := range d.Guilds[0].People {
		people = append(people, p.Name)
	}
	if got := strings.Join(people, " "); got != "owner ada grace" {
		t.Errorf("people %q", got)
	}
	if status, body := mustGet(t, d.Page); status != 200 || !strings.Contains(body, "<!doctype html>") {
		t.Errorf("the page: %d %s", status, body)
	}
	r, err := http.NewRequest(http.MethodGet, d.URL+"/api/v10/users/@me", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bot "+d.Applications[0].Token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != 200 {
		t.Fatalf("the API: %v %v", answer, err)
	}
	answer.Body.Close()
	if err := stop(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if _, err := http.Get(d.Page); err == nil {
		t.Error("it answers after its end")
	}
}

func TestLocalDiscordForPeople(t *testing.T) {
	t.Parallel()
	text, _ := mustLocalDiscord(t, 23)
	for _, part := range []string{`Application "My bot"`, "public key", "general (", "ada (", "discord.js", "discord.py", "yarl.URL('ws://127.0.0.1:", "disgo", "discordgo", "Ctrl-C"} {
		if !strings.Contains(text, part) {
			t.Errorf("it does not say %q:\n%s", part, text)
		}
	}
	if strings.Contains(text, "Warning") {
		t.Errorf("it warns of what is no danger:\n%s", text)
	}
}

// Where others reach it there is a warning, and nobody comes in without the
// token.
func TestLocalDiscordForOthers(t *testing.T) {
	t.Parallel()
	line, _ := mustLocalDiscord(t, 1, "--listen", "0.0.0.0:0", "--url", "http://localhost:8080", "--print", "json")
	var other startedDiscord
	if err := json.Unmarshal([]byte(line), &other); err != nil || other.URL != "http://localhost:8080" || !strings.HasPrefix(other.Page, "http://localhost:8080/?token=") {
		t.Errorf("by another address: %v %s", err, line)
	}
	line, _ = mustLocalDiscord(t, 1, "--listen", "0.0.0.0:0", "--print", "json")
	var d startedDiscord
	if err := json.Unmarshal([]byte(line), &d); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	page, token, _ := strings.Cut(d.Page, "?token=")
	if len(token) != 32 || !strings.Contains(d.Warning, "network") {
		t.Errorf("page %s, warning %q", d.Page, d.Warning)
	}
	if status, body := mustGet(t, page); status != 401 || strings.Contains(body, token) {
		t.Errorf("without the token: %d %s", status, body)
	}
	if status, _ := mustGet(t, page+"?token="+token[1:]+"0"); status != 401 {
		t.Errorf("with another: %d", status)
	}
}

func TestLocalDiscordOfAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "world.json")
	world := `{"applications":[{"name":"Deployer","intents":["MESSAGE_CONTENT"]},{"name":"Watcher","guilds":["Beta"]}],
		"guilds":[{"name":"Acme","roles":[{"name":"leads","permissions":["MANAGE_GUILD"]}],
			"people":[{"name":"linus","roles":["leads"],"locale":"de"}],"channels":[{"name":"ops","private_to":["leads","Deployer"]}]},
			{"name":"Beta","owner":"linus"},{"name":"Gamma"}]}`
	if err := os.WriteFile(file, []byte(world), 0o600); err != nil {
		t.Fatal(err)
	}
	line, _ := mustLocalDiscord(t, 1, "--world", file, "--print", "json")
	var d startedDiscord
	if err := json.Unmarshal([]byte(line), &d); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	if len(d.Applications) != 2 || len(d.Guilds) != 3 || d.Guilds[0].Channels[0].Name != "ops" || len(d.Guilds[1].People) != 1 ||
		d.Guilds[0].People[1] != d.Guilds[1].People[0] || d.Guilds[0].People[0] != d.Guilds[2].People[0] {
		t.Errorf("got %s", line)
	}
}

func TestLocalDiscordRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"broken.json": `{"guilds":`, "slip.json": `{"guild":[]}`, "more.json": `{} {}`, "role.json": `{"guilds":[{"name":"A","people":[{"name":"x","roles":["boss"]}]}]}`,
		"name.json": `{"guilds":[{"name":" "}]}`, "perm.json": `{"applications":[{"name":"A","permissions":["FLY"]}]}`, "locale.json": `{"guilds":[{"name":"A","people":[{"name":"x","locale":"tlh"}]}]}`,
		"twice.json": `{"guilds":[{"name":"A"},{"name":"A"}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		args []string
		code int
		says string
	}{
		"a strange flag":          {[]string{"--port", "1"}, 2, "usage: cloudengine discordsim"},
		"an argument":             {[]string{"now"}, 2, "usage:"},
		"a strange format":        {[]string{"--print", "yaml"}, 2, "usage:"},
		"an address without port": {[]string{"--listen", "localhost"}, 2, "--listen takes an address with a port"},
		"a strange URL":           {[]string{"--url", "discord.internal"}, 2, "--url takes how others reach it"},
		"a URL with a path":       {[]string{"--url", "http://discord.internal/"}, 2, "--url takes how others reach it"},
		"a URL with more":         {[]string{"--url", "http://discord.internal?x"}, 2, "--url takes how others reach it"},
		"a URL with a password":   {[]string{"--url", "http://me:secret@discord.internal"}, 2, "--url takes how others reach it"},
		"an address of others":    {[]string{"--listen", "192.0.2.1:80"}, 1, "listen"},
		"no such file":            {[]string{"--world", filepath.Join(dir, "none.json")}, 1, "none.json"},
		"a broken file":           {[]string{"--world", filepath.Join(dir, "broken.json")}, 1, "broken.json: "},
		"a slip":                  {[]string{"--world", filepath.Join(dir, "slip.json")}, 1, `line 1: there is no field "guild" here`},
		"more than one":           {[]string{"--world", filepath.Join(dir, "more.json")}, 1, "more after its end"},
		"a role that is none":     {[]string{"--world", filepath.Join(dir, "role.json")}, 1, `"x" of "A": There is no role "boss"`},
		"no name":                 {[]string{"--world", filepath.Join(dir, "name.json")}, 1, "A name is needed"},
		"a strange permission":    {[]string{"--world", filepath.Join(dir, "perm.json")}, 1, `There is no permission "FLY"`},
		"a strange language":      {[]string{"--world", filepath.Join(dir, "locale.json")}, 1, `no language "tlh"`},
		"the same guild twice":    {[]string{"--world", filepath.Join(dir, "twice.json")}, 1, `There is a guild "A" already`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), append([]string{"discordsim"}, tc.args...), environment(nil), &bytes.Buffer{})
			if err == nil || exitCode(err) != tc.code || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("exit code %d: %v", exitCode(err), err)
			}
		})
	}
}
