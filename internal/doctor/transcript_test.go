package doctor

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// What people read when all is well, when nothing is configured, and when a few
// things are wrong at once.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	for name, sabotage := range map[string]func(w *world){
		"all-well": func(*world) {},
		"nothing-configured": func(w *world) {
			api, data := w.Config.DiscordAPI, w.Config.DataDir
			w.Config, w.ConfigError = config.Load(func(string) string { return "" }, config.Serve)
			w.Config.DiscordAPI, w.Config.DataDir, w.Config.Listen = api, data, "127.0.0.1:0"
			w.Config.TerraformPath, w.Channel = standIn(w.t, "1.11.4"), ""
		},
		"several-faults": func(w *world) {
			w.Config.Guilds = []string{w.acme.ID, "1042069912345678901"}
			w.ops.Deny(w.acme.Everyone(), discordsim.CreatePublicThreads)
			w.Config.TerraformPath = standIn(w.t, "1.5.7")
			w.seal(strings.Repeat("k", len(testKey)))
			w.exec("delete from river_migration where version = (select max(version) from river_migration)")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t).withDatabase()
			sabotage(w)
			golden(t, name, w.anonymous(w.examine()))
		})
	}
}

// anonymous replaces what is another each time, after joining the lines, whose
// breaks depend on it.
func (w *world) anonymous(f findings) string {
	var kept []string
	for _, line := range f.lines {
		if !strings.Contains(line, "in memory") && !strings.Contains(line, "part of the container") { // the machine's own
			kept = append(kept, line)
		}
	}
	text := strings.Join(kept, "\n") + "\n"
	for _, r := range []struct{ pattern, by string }{
		{regexp.QuoteMeta(w.Config.DataDir), "/var/lib/cloudengine"},
		{regexp.QuoteMeta(standIn(w.t, "")[:len(standIn(w.t, ""))-len("terraform-/terraform")]), "/opt/"},
		{`127\.0\.0\.1:\d+`, "127.0.0.1:80"},
		{`\b\d{17,20}\b`, "42"},
		{`[\d.]+ [MG]iB free`, "40.0 GiB free"},
		{`! space .*`, "✓ space 40.0 GiB free"},
		{`postgres \d+.* database test_\w+ at \S+`, "postgres 17.5, database cloudengine at db:5432"},
		{`writable for \w+`, "writable for cloudengine"},
		{`✓ rights \w+`, "✓ rights cloudengine"},
		{`\d+ resource kinds? of \d+ providers?`, "5 resource kinds of 1 provider"},
		{`schema version \d+`, "schema version 1"},
		{`migrations: \[\d+\]`, "migrations: [6]"},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.by)
	}
	return text
}

// A configuration that cannot be read is one problem, and the rest is looked at.
func TestConfigurationErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, w.ConfigError = config.Load(func(name string) string {
		return map[string]string{"CLOUDENGINE_PARALLEL": "many", "DISCORD_TOKEN": "hunter2 hunter2"}[name]
	}, config.Serve)
	f := w.examine()
	f.want(problem, "configuration", "CLOUDENGINE_PARALLEL", `"many"`)
	f.want(problem, "configuration", "DISCORD_TOKEN", "without spaces")
	f.wantProblems("configuration")
	if strings.Contains(f.text, "hunter2") {
		t.Errorf("a secret is shown:\n%s", f.text)
	}
	w.ConfigError = errors.New("something else")
	w.examine().want(problem, "configuration", "cannot be read", "docs/configuration.md", "cause: something else")
}
