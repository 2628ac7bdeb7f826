package doctor

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/discord"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/migrations"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The test server lives for the whole process, in goroutines of its own.
func TestMain(m *testing.M) {
	flag.Parse()
	if _, err := devpg.Shared(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

var discard = slog.New(slog.DiscardHandler)

const testKey = "0123456789abcdef0123456789abcdef"

// world is what a bot needs, in order, with a small stand-in for Terraform and
// without a database (see withDatabase). Tests break one part of it.
type world struct {
	*exam
	t       *testing.T
	ctx     context.Context
	sim     *discordsim.Sim
	app     *discordsim.Application
	acme    *discordsim.Guild
	ops     *discordsim.Channel
	secrets []string // must not be printed
}

func newWorld(t *testing.T) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	sim, err := discordsim.Start(discordsim.Options{OpenAPI: os.Getenv("DISCORD_OPENAPI")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	t.Cleanup(func() {
		for _, v := range sim.Violations() {
			t.Errorf("sent what Discord refuses: %s", v)
		}
	})
	w := &world{t: t, ctx: ctx, sim: sim, app: sim.NewApplication("Cloud Engine"), acme: sim.NewGuild("Acme")}
	w.acme.AddApplication(w.app, discordsim.Permissions(discord.Permissions()))
	w.ops = w.acme.NewTextChannel("ops")

	c := config.Defaults()
	c.DiscordToken, c.DiscordAPI, c.Guilds = config.NewSecret(w.app.Token), sim.URL(), []string{w.acme.ID}
	c.Key, c.DataDir, c.Listen = config.NewSecret(testKey), t.TempDir(), "127.0.0.1:0"
	c.TerraformPath = standIn(t, "1.11.4")
	w.secrets = []string{w.app.Token, testKey}
	w.exam = newExam(Options{Config: c, Channel: w.ops.ID})
	w.client.Transport = ownTransport(t)
	w.root = false // the test binary lies where nobody else can run it
	return w
}

// withDatabase adds a migrated database.
func (w *world) withDatabase() *world {
	w.t.Helper()
	w.use(devpg.CloneDatabase(w.t, migrations.Digest(), func(ctx context.Context, db devpg.Database) error {
		return store.Migrate(ctx, store.Access(db), discard)
	}))
	return w
}

// use points the bot at a database, as both roles.
func (w *world) use(db devpg.Database) {
	w.Config.DatabaseURL, w.Config.OwnerDatabaseURL = config.NewSecret(db.URL), config.NewSecret(db.Owner)
}

// standIn is a script that answers as a Terraform of a version does. It lies in
// testdata, as a file that was just written cannot always be run.
func standIn(t *testing.T, version string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("testdata", "terraform-"+version, "terraform"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// ownTransport leaves no connection behind.
func ownTransport(t *testing.T) http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// examine runs the doctor once.
func (w *world) examine() findings {
	w.t.Helper()
	var out bytes.Buffer
	w.report = &report{out: &out}
	ok := w.run(w.ctx)
	for _, secret := range w.secrets {
		if strings.Contains(out.String(), secret) {
			w.t.Errorf("a secret is printed:\n%s", &out)
		}
	}
	f := readFindings(w.t, out.String())
	if ok != (len(f.subjects(problem)) == 0) {
		w.t.Errorf("Run says %t:\n%s", ok, &out)
	}
	return f
}

// findings are what a person reads: each finding on one line, "✓ subject text".
type findings struct {
	t     *testing.T
	lines []string
	text  string
}

// readFindings joins the lines of each finding: the first begins with a mark,
// the others are indented.
func readFindings(t *testing.T, text string) findings {
	f := findings{t: t, text: text}
	for line := range strings.Lines(text) {
		words := strings.Join(strings.Fields(line), " ")
		sign, _, _ := strings.Cut(words, " ")
		switch {
		case strings.HasPrefix(line, " "):
			f.lines[len(f.lines)-1] += " " + words
		case slices.Contains(signs[:], sign):
			f.lines = append(f.lines, words)
		}
	}
	return f
}

// subjects are what got a mark, each once, in order.
func (f findings) subjects(m mark) []string {
	var list []string
	for _, line := range f.lines {
		if after, ok := strings.CutPrefix(line, signs[m]+" "); ok {
			list = append(list, after[:strings.Index(after, " ")])
		}
	}
	return slices.Compact(list)
}

// want fails unless a finding of that mark and subject has all the parts.
func (f findings) want(m mark, subject string, parts ...string) {
	f.t.Helper()
	has := func(line string) bool {
		return strings.HasPrefix(line, signs[m]+" "+subject+" ") && !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(line, p) })
	}
	if !slices.ContainsFunc(f.lines, has) {
		f.t.Errorf("no %s %s with %q in:\n%s", signs[m], subject, parts, f.text)
	}
}

// wantProblems fails unless exactly these subjects have problems: whatever is
// broken, the rest is checked and found well.
func (f findings) wantProblems(subjects ...string) {
	f.t.Helper()
	if diff := cmp.Diff(subjects, f.subjects(problem)); diff != "" {
		f.t.Errorf("problems: %s\n%s", diff, f.text)
	}
}

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", path, diff)
	}
}

// readWhat reads what one check says.
func readWhat(t *testing.T, check func(e *exam)) findings {
	t.Helper()
	var out bytes.Buffer
	e := newExam(Options{Out: &out})
	check(e)
	return readFindings(t, out.String())
}
