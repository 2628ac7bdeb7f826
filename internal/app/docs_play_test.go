package app_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// A block of `discord` is what people do, one step a line, and what they see:
//
//	@ada   /cloud-grant to:@grace project:dev level:deploy
//	       → @grace has deploy in dev
//	@eve   /cloud-deploy project:dev
//	       ✗ You have no access to dev.
//	@grace [Add resource] vpc · Name: main
//	       → 1 to add
//	@grace [Approve & Deploy]
//	       → Applied
//
// A value that ends with … is chosen from what is offered; … in what is seen is
// whatever stands there. ✗ is a refusal, and what is not announced as one is none.
type step struct {
	who    string
	did    string
	seen   []string
	denied bool
}

var (
	stepPattern  = regexp.MustCompile(`^@(\w+)\s+(.+)$`)
	pressPattern = regexp.MustCompile(`^\[([^\]]+)\](?: ([^·]+?))?((?: · [^·]+)*)$`)
	argPattern   = regexp.MustCompile(`(?:^|\s)([a-z_]+):`)
)

// steps reads a block.
func steps(t *testing.T, b block) []step {
	t.Helper()
	var list []step
	for line := range strings.Lines(b.text) {
		line = strings.TrimSpace(line)
		seen, isSeen := strings.CutPrefix(line, "→")
		denied, isDenied := strings.CutPrefix(line, "✗")
		m := stepPattern.FindStringSubmatch(line)
		switch {
		case line == "":
		case (isSeen || isDenied) && len(list) > 0:
			last := &list[len(list)-1]
			last.denied = last.denied || isDenied
			if isDenied {
				seen = denied
			}
			last.seen = append(last.seen, strings.TrimSpace(seen))
		case m != nil:
			list = append(list, step{who: m[1], did: m[2]})
		default:
			t.Fatalf("%v: this is no step: %s", b, line)
		}
	}
	return list
}

// screen is everything that somebody has seen, in the order of its coming.
type screen struct {
	mu      sync.Mutex
	seen    []discordsim.Message
	changed chan struct{}
}

func (w *world) watch(m *discordsim.Member) *screen {
	events, stop := w.sim.Watch(m)
	s := &screen{changed: make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range events {
			if e.Kind == discordsim.EventMessage || e.Kind == discordsim.EventEdit {
				s.mu.Lock()
				s.seen = append(s.seen, e.Message)
				close(s.changed)
				s.changed = make(chan struct{})
				s.mu.Unlock()
			}
		}
	}()
	w.t.Cleanup(func() { stop(); <-done })
	return s
}

func (s *screen) length() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen)
}

// latest are the messages as they are now, the one that changed last first; of
// those alone that came or changed since a moment.
func (s *screen) latest(since int) (list []discordsim.Message, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := map[string]bool{}
	for _, m := range slices.Backward(s.seen[since:]) {
		if !known[m.ID] && !m.Loading() {
			list = append(list, m)
		}
		known[m.ID] = true
	}
	return list, s.changed
}

// stepPatience is how long one step may take to show what comes of it.
const stepPatience = 90 * time.Second

// find waits for a message.
func (s *screen) find(p *player, since int, want func(discordsim.Message) bool) (discordsim.Message, error) {
	ctx, cancel := context.WithTimeout(p.ctx, stepPatience)
	defer cancel()
	for {
		list, changed := s.latest(since)
		if i := slices.IndexFunc(list, want); i >= 0 {
			return list[i], nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return discordsim.Message{}, fmt.Errorf("after all this time there is:\n%s", p.readAll(list))
		}
	}
}

// player plays the blocks of a document, in their order.
type player struct {
	*world
	screens map[string]*screen
	roles   map[string]*discordsim.Role
}

func newPlayer(w *world) *player {
	p := &player{world: w, screens: map[string]*screen{}, roles: map[string]*discordsim.Role{}}
	p.roles["infra"] = w.guild.NewRole("infra")
	for _, name := range []string{"ada", "grace", "eve"} {
		p.screens[name] = w.watch(w.person(name))
	}
	return p
}

func (p *player) play(b block) {
	p.t.Helper()
	for _, s := range steps(p.t, b) {
		if err := p.take(s); err != nil {
			p.t.Fatalf("%v: @%s %s: %v", b, s.who, s.did, err)
		}
	}
}

// take does one step, and looks whether what came of it is what is said.
func (p *player) take(s step) error {
	who, screen := p.person(s.who), p.screens[s.who]
	if who == nil {
		return fmt.Errorf("there is nobody of that name")
	}
	since := screen.length()
	in, err := p.do(who, screen, s)
	if err != nil {
		return err
	}
	for _, text := range s.seen {
		pieces := strings.Split(text, "…")
		if _, err := screen.find(p, since, func(m discordsim.Message) bool { return hasInOrder(p.read(m), pieces) }); err != nil {
			return fmt.Errorf("nobody reads %q: %w", text, err)
		}
	}
	if refused := p.refused(in.ID); refused != s.denied {
		list, _ := screen.latest(since)
		return fmt.Errorf("refused %t, and the document says otherwise:\n%s", refused, p.readAll(list))
	}
	return nil
}

// refused reports whether the bot's log says so of an interaction.
func (p *player) refused(id string) bool {
	for line := range strings.Lines(p.logs.String()) {
		if strings.Contains(line, "interaction="+id) && (strings.Contains(line, "an interaction was refused") || strings.Contains(line, "an interaction failed")) {
			return true
		}
	}
	return false
}

func (p *player) do(who *discordsim.Member, screen *screen, s step) (*discordsim.Interaction, error) {
	if name, rest, ok := strings.Cut(strings.TrimPrefix(s.did, "/")+" ", " "); ok && strings.HasPrefix(s.did, "/") {
		return p.slash(who, name, rest)
	}
	m := pressPattern.FindStringSubmatch(s.did)
	if m == nil {
		return nil, fmt.Errorf("this is neither a command nor [a button]")
	}
	if len(s.seen) == 0 {
		return nil, fmt.Errorf("the document does not say what comes of it")
	}
	return p.press(who, screen, m[1], strings.TrimSpace(m[2]), m[3])
}

// slash runs a command and waits for its answer.
func (p *player) slash(who *discordsim.Member, name, rest string) (*discordsim.Interaction, error) {
	rest, form, _ := strings.Cut(rest, " · ")
	args, err := p.args(who, name, rest)
	if err != nil {
		return nil, err
	}
	in, err := who.Slash(p.ctx, p.ops, name, args)
	if err != nil {
		return nil, err
	}
	if modal := in.Modal(); modal != nil {
		return who.Submit(p.ctx, modal, fields(" · "+form))
	}
	_, err = in.Reply(p.ctx)
	return in, err
}

// args reads what is filled into a command.
func (p *player) args(who *discordsim.Member, command, text string) (discordsim.Args, error) {
	args := discordsim.Args{}
	starts := argPattern.FindAllStringSubmatchIndex(text, -1)
	for i, at := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		args[text[at[2]:at[3]]] = p.value(strings.TrimSpace(text[at[1]:end]))
	}
	for name, v := range maps.Clone(args) {
		typed, chosen := "", false
		if s, ok := v.(string); ok {
			typed, chosen = strings.CutSuffix(s, "…")
		}
		if !chosen {
			continue
		}
		others := maps.Clone(args)
		delete(others, name)
		offered, err := who.Complete(p.ctx, p.ops, command, others, name, strings.TrimSpace(typed))
		if err != nil || len(offered) == 0 {
			return nil, fmt.Errorf("nothing is offered for %s: %w", name, err)
		}
		args[name] = offered[0].Value
	}
	return args, nil
}

// value is what a word stands for: somebody (by name or id), a role, a channel, yes
// or no.
func (p *player) value(text string) any {
	switch {
	case text == "true", text == "false":
		return text == "true"
	case strings.HasPrefix(text, "@"):
		if m := p.person(text[1:]); m != nil {
			return m
		}
		if r := p.roles[text[1:]]; r != nil {
			return r
		}
	case strings.HasPrefix(text, "<@"):
		return strings.Trim(text, "<@>")
	case text == "#ops":
		return p.ops
	}
	return text
}

// press clicks a button or chooses in a menu of the newest message that has it:
// which of them changed last, time decides. A form that opens is filled and sent.
func (p *player) press(who *discordsim.Member, screen *screen, label, choice, form string) (*discordsim.Interaction, error) {
	has := func(m discordsim.Message) bool {
		if choice != "" {
			s, ok := m.Select(label)
			return ok && !s.Disabled
		}
		b, ok := m.Button(label)
		return ok && !b.Disabled
	}
	msg, err := screen.find(p, 0, has)
	list, _ := screen.latest(0)
	for _, m := range list {
		if has(m) && m.Timestamp.After(msg.Timestamp.Time) {
			msg = m
		}
	}
	if err != nil {
		return nil, fmt.Errorf("there is no [%s]: %w", label, err)
	}
	var in *discordsim.Interaction
	if choice != "" {
		in, err = who.Choose(p.ctx, msg, label, choice)
	} else {
		in, err = who.Click(p.ctx, msg, label)
	}
	if err != nil || in.Modal() == nil {
		return in, err
	}
	return who.Submit(p.ctx, in.Modal(), fields(form))
}

// fields reads what is filled into a form: " · Name: main · Size: small".
func fields(form string) discordsim.Fields {
	filled := discordsim.Fields{}
	for _, part := range strings.Split(form, " · ") {
		if name, value, ok := strings.Cut(part, ": "); ok {
			filled[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return filled
}

// Discord's own markup, which its clients draw.
var (
	mentionsOf = regexp.MustCompile(`<(@&|@|#)([0-9]+)>`)
	timesOf    = regexp.MustCompile(`<t:[0-9]+(?::[a-zA-Z])?>`)
	marksOf    = strings.NewReplacer("**", "", "`", "", "-# ", "")
)

// read is a message as a person reads it, with what can be pressed.
func (p *player) read(m discordsim.Message) string {
	text := m.Text()
	for _, b := range m.Buttons() {
		text += " [" + b.Label + "]"
	}
	for _, s := range m.Selects() {
		text += " [" + s.Placeholder + "]"
	}
	text = mentionsOf.ReplaceAllStringFunc(text, func(found string) string {
		id := mentionsOf.FindStringSubmatch(found)[2]
		for _, name := range []string{"ada", "grace", "eve"} {
			if p.person(name).ID == id {
				return "@" + name
			}
		}
		for name, r := range p.roles {
			if r.ID == id {
				return "@" + name
			}
		}
		if id == p.ops.ID {
			return "#ops"
		}
		return found
	})
	return marksOf.Replace(timesOf.ReplaceAllString(text, "(time)"))
}

func (p *player) readAll(list []discordsim.Message) string {
	var texts []string
	for _, m := range list {
		texts = append(texts, p.read(m))
	}
	return strings.Join(texts, "\n----\n")
}

// person finds who is meant by a name in a document.
func (w *world) person(name string) *discordsim.Member {
	return map[string]*discordsim.Member{"ada": w.ada, "grace": w.grace, "eve": w.eve}[name]
}
