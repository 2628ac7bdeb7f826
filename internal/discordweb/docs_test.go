package discordweb

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

const docsPath = "../../docs/discordsim.md"

// example is a call of the document, with what it says comes of it.
type example struct {
	keep, call, pick string // shell: keep=$(… call … | jq -r pick)
	answer           string
}

var (
	blocks   = regexp.MustCompile("(?s)```(\\w+)\n(.*?)```")
	curl     = regexp.MustCompile(`(?s)^(?:(\w+)=\$\()?curl -s \$DISCORD/client/call -d '(.*?)'(?: \| jq -r ([.\w]+)\))?\n$`)
	variable = regexp.MustCompile(`'"\$(\w+)"'`)
)

// readExamples are the calls of the document in its order: a block of curl, and
// the block of JSON right after it.
func readExamples(t *testing.T, text string) []example {
	t.Helper()
	var out []example
	list := blocks.FindAllStringSubmatchIndex(text, -1)
	for i, b := range list {
		body := text[b[4]:b[5]]
		if text[b[2]:b[3]] != "sh" || !strings.Contains(body, "curl") {
			continue
		}
		// What is between quotes may itself leave them for a variable.
		m := curl.FindStringSubmatch(variable.ReplaceAllString(body, "«$1»"))
		if m == nil {
			t.Fatalf("the example cannot be read:\n%s", body)
		}
		e := example{keep: m[1], call: m[2], pick: m[3]}
		if i+1 < len(list) && text[list[i+1][2]:list[i+1][3]] == "json" && strings.TrimSpace(text[b[1]:list[i+1][0]]) == "" {
			e.answer = text[list[i+1][4]:list[i+1][5]]
		}
		if e.answer == "" && e.keep == "" {
			t.Errorf("nothing says what comes of\n%s", body)
		}
		out = append(out, e)
	}
	return out
}

// The examples of the document do what it says, with a bot that has its
// commands, in the world of its file.
func TestTheDocumentsExamples(t *testing.T) {
	t.Parallel()
	text := string(must(os.ReadFile(docsPath))(t))
	_, file, _ := strings.Cut(text, "<!-- world -->\n```json\n")
	file, _, _ = strings.Cut(file, "```")
	world := must(ParseWorld([]byte(file)))(t)
	sim := mustSim(t, unlimited)
	if err := world.Build(sim); err != nil {
		t.Fatal(err)
	}
	w := &playground{Sim: sim, web: New(sim, Options{Faults: true}), app: sim.Applications()[0], guild: sim.Guilds()[0]}
	sim.Mount(w.web)
	mustTool(t, w)
	if perms := w.guild.Member(w.app.ID).Permissions(w.guild.Channels()[1]); !perms.Has(discordsim.ManageThreads | discordsim.ViewChannel) {
		t.Errorf("in #secret the bot may %v", perms)
	}

	examples := readExamples(t, text)
	if len(examples) < 12 {
		t.Fatalf("only %d examples were found", len(examples))
	}
	kept := map[string]string{}
	for _, e := range examples {
		for name, value := range kept {
			e.call = strings.ReplaceAll(e.call, "«"+name+"»", value)
		}
		var call object
		if err := json.Unmarshal([]byte(e.call), &call); err != nil {
			t.Fatalf("%s: %v", e.call, err)
		}
		status, got := w.script(t, call)
		if e.keep != "" {
			steps := []any{}
			for _, s := range strings.Split(strings.Trim(e.pick, "."), ".") {
				steps = append(steps, s)
			}
			value, ok := at(got, steps...).(string)
			if !ok {
				t.Fatalf("%s: no %s in %v", e.call, e.pick, got)
			}
			kept[e.keep] = value
		}
		if e.answer == "" {
			continue
		}
		var want object
		if err := json.Unmarshal([]byte(e.answer), &want); err != nil {
			t.Fatalf("%s: %v", e.answer, err)
		}
		if why := lacks(got, want); why != "" || (status == 200) != (want["error"] == nil) {
			t.Errorf("%s: %d %v\n%s", e.call, status, got, why)
		}
	}
	w.assertClean(t)
}

// lacks says what of want is not in got; "…" stands for any text.
func lacks(got, want any) string {
	switch want := want.(type) {
	case object:
		o, ok := got.(object)
		if !ok {
			return fmt.Sprintf("%v is no object", got)
		}
		if len(want) == 0 && len(o) > 0 {
			return fmt.Sprintf("%v is not empty", got)
		}
		for k, v := range want {
			if why := lacks(o[k], v); why != "" {
				return k + ": " + why
			}
		}
	case []any:
		l, ok := got.([]any)
		if !ok || len(l) != len(want) {
			return fmt.Sprintf("%v is not as many", got)
		}
		for i := range want {
			if why := lacks(l[i], want[i]); why != "" {
				return fmt.Sprintf("%d: %s", i, why)
			}
		}
	default:
		if s, _ := got.(string); want == "…" && s != "" {
			return ""
		}
		if got != want {
			return fmt.Sprintf("%v, want %v", got, want)
		}
	}
	return ""
}

// The document names every call, push, fault and code, and none that is not.
func TestTheDocumentIsComplete(t *testing.T) {
	t.Parallel()
	text := string(must(os.ReadFile(docsPath))(t))
	w := mustPlace(t, Options{Faults: true})
	var names []string
	for name := range w.web.calls {
		names = append(names, name)
	}
	slices.Sort(names)
	if got := rows(text, "| `do` |"); !slices.Equal(got, names) {
		t.Errorf("calls %q, want %q", got, names)
	}
	pushes := []string{"channel", "channel-gone", "closing", "commands", "delete", "failed", "message", "modal", "reset", "traffic", "world"}
	if got := rows(text, "| `push` |"); !slices.Equal(got, pushes) {
		t.Errorf("pushes %q, want %q", got, pushes)
	}
	for _, name := range w.web.faultNames() {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("the fault %s is not named", name)
		}
	}
	for code, status := range statuses {
		if !strings.Contains(text, fmt.Sprintf("| %d | `%s` |", status, code)) {
			t.Errorf("%d %s is not named", status, code)
		}
	}
}

// rows are the first cells of a table, sorted.
func rows(text, head string) []string {
	_, table, _ := strings.Cut(text, head)
	table, _, _ = strings.Cut(table, "\n\n")
	var out []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([\\w-]+)` \\|").FindAllStringSubmatch(table, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return out
}
