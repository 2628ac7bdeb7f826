package config

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite docs/configuration.md")

const (
	keyHex    = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	keyBase64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
)

func env(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func complete() map[string]string {
	return map[string]string{
		"DISCORD_TOKEN":      "token-text",
		"CLOUDENGINE_GUILDS": "1042069912345678901, 1042069912345678902",
		"DATABASE_URL":       "postgres://me:pass-text@db/cloudengine",
		"CLOUDENGINE_KEY":    keyHex,
		"CLOUDENGINE_DATA":   "/data",
	}
}

// names lists the variables that err blames.
func names(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var faults *Error
	if !errors.As(err, &faults) {
		t.Fatalf("not an *Error: %v", err)
	}
	var list []string
	for _, f := range faults.Faults {
		list = append(list, f.Variable)
		if !strings.Contains(err.Error(), f.Variable+" "+f.Problem) {
			t.Errorf("the message leaves out %s", f.Variable)
		}
	}
	return list
}

func TestCompleteEnvironment(t *testing.T) {
	t.Parallel()
	pairs := complete()
	pairs["CLOUDENGINE_DRAFT_LIFE"] = "45m"
	pairs["CLOUDENGINE_PARALLEL"] = "3"
	pairs["CLOUDENGINE_LOG_LEVEL"] = "debug"
	pairs["CLOUDENGINE_DISCORD_API"] = "http://proxy:1234/"
	pairs["DISCORD_PUBLIC_KEY"] = keyHex
	got, err := Load(env(pairs), Serve)
	if err != nil {
		t.Fatal(err)
	}
	want := Defaults()
	want.DiscordToken = NewSecret("token-text")
	want.Guilds = []string{"1042069912345678901", "1042069912345678902"}
	want.DatabaseURL = NewSecret("postgres://me:pass-text@db/cloudengine")
	want.DataDir = "/data"
	want.DraftLife = 45 * time.Minute
	want.ParallelRuns = 3
	want.LogLevel = slog.LevelDebug
	want.DiscordAPI = "http://proxy:1234"
	want.Key = got.Key
	want.PublicKey = ed25519.PublicKey(got.Key.Reveal())
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Secret{})); diff != "" {
		t.Fatal(diff)
	}
	if len(got.Key.Reveal()) != 32 || got.Key.Reveal()[31] != 31 {
		t.Fatalf("key of %d bytes", len(got.Key.Reveal()))
	}
}

func TestKeyForms(t *testing.T) {
	t.Parallel()
	for _, text := range []string{keyHex, strings.ToUpper(keyHex), keyBase64, strings.TrimRight(keyBase64, "=")} {
		var key Secret
		if err := setKey(&key, text); err != nil || key.Reveal()[31] != 31 {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestAgesAndSizes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"90d": 90 * 24 * time.Hour, "36h": 36 * time.Hour, "forever": 0} {
		if age := time.Minute; setAge(&age, text) != nil || age != want {
			t.Errorf("%s is %s", text, age)
		}
	}
	for text, want := range map[string]int64{"500MiB": 500 << 20, "20GiB": 20 << 30, "1TiB": 1 << 40, "off": 0} {
		if size := int64(1); setSize(&size, text) != nil || size != want {
			t.Errorf("%s is %d", text, size)
		}
	}
}

func TestReadKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	for text, ok := range map[string]bool{keyHex + "\n": true, keyBase64: true, "": false, "secret-text": false} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if key, err := ReadKey(path); (err == nil) != ok || ok && key.Reveal()[31] != 31 || err != nil && strings.Contains(err.Error(), "secret-text") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := ReadKey(path + ".missing"); err == nil {
		t.Error("a file that is not there")
	}
}

func TestWhatEachUseRequires(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		use  Use
		want []string
	}{
		"serve":   {Serve, []string{"CLOUDENGINE_GUILDS", "CLOUDENGINE_KEY", "DATABASE_URL", "DISCORD_TOKEN"}},
		"operate": {Operate, []string{"CLOUDENGINE_KEY", "DATABASE_URL"}},
		"migrate": {Migrate, []string{"DATABASE_URL"}},
		"demo":    {Demo, nil},
		"tool":    {Tool, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(env(map[string]string{"CLOUDENGINE_DATA": "/data"}), test.use)
			got := names(t, err)
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Fatal(diff)
			}
		})
	}
}

func TestEveryFaultIsNamedOnce(t *testing.T) {
	t.Parallel()
	pairs := map[string]string{}
	want := []string{}
	for name, bad := range map[string]string{
		"DISCORD_TOKEN":                  "Bearer secret-text",
		"CLOUDENGINE_GUILDS":             "my server",
		"CLOUDENGINE_DISCORD_API":        "discord.com",
		"CLOUDENGINE_MESSAGES_PER_5S":    "0",
		"DISCORD_PUBLIC_KEY":             keyHex[2:],
		"DATABASE_URL":                   "secret-text",
		"CLOUDENGINE_OWNER_DATABASE_URL": "secret-text",
		"CLOUDENGINE_KEY":                "secret-text",
		"CLOUDENGINE_PARALLEL":           "many",
		"CLOUDENGINE_CANCEL_GRACE":       "60",
		"CLOUDENGINE_DRAFT_LIFE":         "-1m",
		"CLOUDENGINE_PLAN_LIFE":          "a day",
		"CLOUDENGINE_SWEEP_EVERY":        "0s",
		"CLOUDENGINE_STREAM_LINES":       "-3",
		"CLOUDENGINE_STREAM_INTERVAL":    "2",
		"CLOUDENGINE_KEEP_LOGS":          "0d",
		"CLOUDENGINE_KEEP_STATES":        "a while",
		"CLOUDENGINE_ALARM_DISK":         "2GB",
		"CLOUDENGINE_PRICES_REFRESH":     "weekly",
		"CLOUDENGINE_PRICES_AWS_URL":     "pricing.us-east-1.amazonaws.com",
		"CLOUDENGINE_LISTEN":             "8080",
		"CLOUDENGINE_LOG_LEVEL":          "loud",
		"CLOUDENGINE_LOG_FORMAT":         "xml",
		"CLOUDENGINE_SHUTDOWN_GRACE":     "soon",
	} {
		pairs[name] = bad
		want = append(want, name)
	}
	_, err := Load(env(pairs), Serve)
	got := names(t, err)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	if strings.Contains(err.Error(), "secret-text") {
		t.Fatalf("the message shows a secret: %v", err)
	}
	// Nothing of it is read by FromEnv either.
	if _, err := FromEnv(env(pairs)); len(names(t, err)) != len(want) {
		t.Fatalf("FromEnv: %v", err)
	}
}

func TestLivesThatContradict(t *testing.T) {
	t.Parallel()
	pairs := complete()
	pairs["CLOUDENGINE_PLAN_LIFE"] = "1m"
	_, err := Load(env(pairs), Serve)
	if diff := cmp.Diff([]string{"CLOUDENGINE_PLAN_LIFE", "CLOUDENGINE_SWEEP_EVERY"}, names(t, err)); diff != "" {
		t.Fatal(diff)
	}
}

func TestSecretFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o400); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pairs := map[string]string{
		"DISCORD_TOKEN_FILE":                  write("token", "token-text\n"),
		"DATABASE_URL_FILE":                   write("url", " postgres://db/x \n"),
		"CLOUDENGINE_KEY_FILE":                write("key", keyBase64+"\n"),
		"CLOUDENGINE_OWNER_DATABASE_URL_FILE": write("owner", "postgres://owner@db/x\n"),
		"CLOUDENGINE_GUILDS":                  "1042069912345678901",
	}
	c, err := Load(env(pairs), Serve)
	if err != nil {
		t.Fatal(err)
	}
	if c.DiscordToken.Reveal() != "token-text" || c.DatabaseURL.Reveal() != "postgres://db/x" || c.OwnerDatabaseURL.Reveal() != "postgres://owner@db/x" || c.Key.Reveal()[1] != 1 {
		t.Fatal("a file's content was not taken")
	}

	pairs["DISCORD_TOKEN"] = "another"
	pairs["DATABASE_URL_FILE"] = filepath.Join(dir, "missing")
	pairs["CLOUDENGINE_KEY_FILE"] = write("empty", "\n")
	_, err = Load(env(pairs), Serve)
	if diff := cmp.Diff([]string{"DISCORD_TOKEN", "DATABASE_URL", "CLOUDENGINE_KEY"}, names(t, err)); diff != "" {
		t.Fatal(diff)
	}
}

func TestSecretsCannotBePrinted(t *testing.T) {
	t.Parallel()
	const text = "hunter2-text"
	s := NewSecret(text)
	c := Config{DiscordToken: s, DatabaseURL: s, OwnerDatabaseURL: s, Key: s}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T %[1]v"} {
		fmt.Fprintf(&out, verb+"\n", s)
		fmt.Fprintf(&out, verb+"\n", &s)
		fmt.Fprintf(&out, verb+"\n", c)
		fmt.Fprintf(&out, verb+"\n", &c)
		fmt.Fprintf(&out, verb+"\n", struct{ hidden Config }{c})
	}
	fmt.Fprintln(&out, s, s.String(), s.GoString())
	for _, v := range []any{s, &s, c, map[string]any{"s": s}} {
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(h).Info("started", "secret", s, "pointer", &s, "config", c, slog.Group("g", "s", s))
	}
	for _, form := range []string{text, fmt.Sprintf("%x", text), fmt.Sprintf("%d", []byte(text))} {
		if strings.Contains(out.String(), form) {
			t.Fatalf("printed as %s in:\n%s", form, out.String())
		}
	}
	if !strings.Contains(out.String(), redacted) {
		t.Fatal("nothing was printed at all")
	}
}

func TestDocumentIsCurrent(t *testing.T) {
	t.Parallel()
	const path = "../../docs/configuration.md"
	if *update {
		if err := os.WriteFile(path, []byte(Markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Markdown(), string(have)); diff != "" {
		t.Fatalf("docs/configuration.md is not current; run `make docs`:\n%s", diff)
	}
}

func TestHelpNamesEveryVariable(t *testing.T) {
	t.Parallel()
	for _, v := range Variables() {
		if v.Help == "" || !strings.Contains(Help(), v.Name) {
			t.Errorf("%s has no help", v.Name)
		}
	}
}
