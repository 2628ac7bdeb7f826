package session_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/session"
)

var update = flag.Bool("update", false, "write the README's picture anew")

// The README's picture of the machine is drawn from the machine.
func TestReadmeShowsTheMachine(t *testing.T) {
	const path, from, to = "../../README.md", "<!-- machine -->\n```mermaid\n", "```\n<!-- /machine -->"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatal("the README has no place for the picture")
	}
	want := before + from + session.Mermaid() + to + after
	if want == string(raw) {
		return
	}
	if !*update {
		t.Fatal("the README shows another machine: make docs draws it anew")
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEveryStateCanBeReachedAndLeft(t *testing.T) {
	reachable := map[session.State]bool{session.Draft: true}
	for range session.States() {
		for _, line := range strings.Split(session.Mermaid(), "\n") {
			from, rest, ok := strings.Cut(strings.TrimSpace(line), " --> ")
			to, _, ok2 := strings.Cut(rest, ":")
			if ok && ok2 && reachable[session.State(from)] {
				reachable[session.State(to)] = true
			}
		}
	}
	for _, s := range session.States() {
		if !reachable[s] {
			t.Errorf("%s cannot be reached", s)
		}
		leaves := s.Can(session.EventCancel) || s.Can(session.EventStopped) || s.Can(session.EventExpire)
		if s.Ended() == leaves {
			t.Errorf("%s: ended %t, yet it can be left: %t", s, s.Ended(), leaves)
		}
	}
	if len(reachable) != len(session.States()) {
		t.Errorf("%d states are reached, there are %d", len(reachable), len(session.States()))
	}
}
