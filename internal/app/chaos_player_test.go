package app_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// gambler is a person who deploys, one thing after the other, and who does not mind
// being told that something did not work: they look again and go on.
type gambler struct {
	*chaos
	r       *rand.Rand
	who     *discordsim.Member
	channel *discordsim.Channel
	number  int
	made    int // names given to nodes
}

// jobLimit is after how long a person gives a deployment up, and patiently is how
// long they look at something that does not change.
const (
	jobLimit  = 3 * time.Minute
	patiently = 2 * time.Second
)

func (c *chaos) gambler(number int) *gambler {
	name := fmt.Sprintf("player-%d", number)
	p := &gambler{chaos: c, r: c.random(uint64(number)), number: number, who: c.guild.NewMember(name), channel: c.guild.NewTextChannel(name)}
	c.reply(c.ada, "cloud-grant", discordsim.Args{"to": p.who, "project": "dev", "level": "deploy"})
	return p
}

func (p *gambler) playAll(ctx context.Context) {
	for {
		p.mu.Lock()
		left := p.jobs > 0
		p.jobs--
		p.mu.Unlock()
		if !left || ctx.Err() != nil {
			return
		}
		p.play(ctx)
	}
}

// deployment is one pass over a stack, and how the person wants it to go.
type deployment struct {
	stack   string
	destroy bool
	add     []string // names of nodes
	edit    bool     // a node that is there
	cancel  string   // the state in which the person cancels it; "": they do not
	force   bool     // and stops it by force
	again   int      // how often they plan again after a failure
	lobby   discordsim.Message
	after   time.Time // when they cancel
}

// play takes a stack and deploys it.
func (p *gambler) play(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, jobLimit)
	defer cancel()
	d := p.choose()
	end := "not opened"
	if p.open(ctx, &d) {
		end = p.drive(ctx, &d)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ends[end]++
	p.idle = append(p.idle, d.stack)
}

// choose decides by chance what is deployed.
func (p *gambler) choose() deployment {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := deployment{again: p.r.IntN(3)}
	if n := len(p.idle); n > 0 && p.r.IntN(3) > 0 {
		i := p.r.IntN(n)
		d.stack = p.idle[i]
		p.idle = slices.Delete(p.idle, i, i+1)
		d.destroy, d.edit = p.r.IntN(4) == 0, p.r.IntN(2) == 0
	} else {
		p.made++
		d.stack = fmt.Sprintf("s%dx%d", p.number, p.made)
	}
	if !d.destroy && !d.edit {
		for range 1 + p.r.IntN(3) {
			p.made++
			d.add = append(d.add, fmt.Sprintf("n%dx%d", p.number, p.made))
		}
	}
	d.cancel = []string{"", "", "", "", "Planning", "Plan ready", "Applying", "Applying"}[p.r.IntN(8)]
	d.force = d.cancel == "Applying" && p.r.IntN(2) == 0
	return d
}

// open runs the command until there is a lobby, or the person was told why not.
func (p *gambler) open(ctx context.Context, d *deployment) bool {
	known := map[string]bool{}
	for _, m := range p.channel.Messages(p.who) {
		known[m.ID] = true
	}
	for ctx.Err() == nil {
		p.mu.Lock()
		p.commands++
		p.mu.Unlock()
		in, err := p.who.Slash(ctx, p.channel, "cloud-deploy", discordsim.Args{"project": "dev", "stack": d.stack, "destroy": d.destroy})
		told := ""
		if err == nil {
			told = p.told(ctx, in)
		}
		if p.refused(told) {
			return false
		}
		m, err := p.within(ctx, 3*patiently, func(m discordsim.Message) bool {
			return !known[m.ID] && !m.Ephemeral() && strings.Contains(m.Text(), "· "+d.stack) && sessionOf(m) != ""
		})
		if err == nil {
			d.lobby = m
			return true
		}
	}
	return false
}

// refused reports whether an answer says that trying again is of no use.
func (p *gambler) refused(told string) bool {
	for _, passing := range []string{"database", "on our side", "The deployment is open", "The deployment opens", "working on this stack", "once more", "again in"} {
		if strings.Contains(told, passing) {
			return false
		}
	}
	return told != ""
}

// told is what the bot answers to somebody, "" when nothing came.
func (p *gambler) told(ctx context.Context, in *discordsim.Interaction) string {
	ctx, cancel := context.WithTimeout(ctx, 3*patiently)
	defer cancel()
	m, err := in.Reply(ctx)
	if err != nil || m == nil {
		return ""
	}
	return m.Text()
}

// within waits for a message in the person's channel, for a while.
func (p *gambler) within(ctx context.Context, limit time.Duration, want func(discordsim.Message) bool) (discordsim.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	m, err := p.channel.Await(ctx, p.who, want)
	if err != nil {
		return discordsim.Message{}, err
	}
	return *m, nil
}

var sessionPattern = regexp.MustCompile(`Deployment ([0-9a-z]{6})\b`)

// sessionOf is the id that stands under a lobby; "" of anything else.
func sessionOf(m discordsim.Message) string {
	if found := sessionPattern.FindStringSubmatch(m.Text()); found != nil && len(m.Embeds)+len(m.Components) > 0 {
		return found[1]
	}
	return ""
}

// head is the state that a lobby shows.
func head(m discordsim.Message) string {
	for _, h := range []string{"Draft", "Planning", "Plan ready", "Nothing to do", "Approved", "Applying", "Applied", "Cancelled", "Expired",
		"Plan failed", "Not started", "Interrupted", "Stopped by force", "Host lost", "Failed"} {
		if strings.Contains(m.Text(), "**"+h+"**") {
			return h
		}
	}
	return ""
}

// drive does what the lobby offers until the deployment has ended.
func (p *gambler) drive(ctx context.Context, d *deployment) string {
	for ctx.Err() == nil {
		m, ok := p.channel.Message(p.who, d.lobby.ID)
		if !ok {
			return "lobby gone"
		}
		d.lobby = m
		if end, over := p.step(ctx, d, head(m)); over {
			return end
		}
		_, _ = p.within(ctx, patiently, func(now discordsim.Message) bool { return now.ID == m.ID && changed(m, now) })
	}
	p.remark("player %d: deployment %s of stack %s was given up (cancel %q, force %t, edit %t, add %q, destroy %t):\n%s",
		p.number, sessionOf(d.lobby), d.stack, d.cancel, d.force, d.edit, d.add, d.destroy, d.lobby.Text())
	return "given up"
}

func changed(a, b discordsim.Message) bool {
	return a.Text() != b.Text() || fmt.Sprint(a.Components) != fmt.Sprint(b.Components)
}

// step is what somebody does who sees the lobby.
func (p *gambler) step(ctx context.Context, d *deployment, state string) (end string, over bool) {
	if d.cancel == state && d.after.IsZero() {
		d.after = time.Now().Add(time.Duration(p.r.IntN(1500)) * time.Millisecond)
	}
	if d.cancel != "" && !d.after.IsZero() && time.Now().After(d.after) && p.press(ctx, d, "Cancel") {
		return "", false
	}
	switch state {
	case "Applied", "Cancelled", "Expired":
		return state, true
	case "Draft":
		if !p.change(ctx, d) {
			p.press(ctx, d, "Refresh", "Cancel") // of an empty stack there is nothing to edit
		}
	case "Plan ready":
		if !p.change(ctx, d) {
			p.press(ctx, d, "Approve & Deploy", "Approve & Destroy")
		}
	case "Nothing to do":
		if !p.change(ctx, d) {
			p.press(ctx, d, "Cancel")
		}
	case "Applying":
		if d.force {
			p.press(ctx, d, "Force stop")
		}
	case "Plan failed", "Not started", "Interrupted", "Stopped by force", "Host lost", "Failed":
		return p.afterFailure(ctx, d, state)
	}
	return "", false
}

// change adds or edits what is not there yet; false when there is nothing to do.
func (p *gambler) change(ctx context.Context, d *deployment) bool {
	for _, name := range d.add {
		if !strings.Contains(d.lobby.Text(), "node."+name) && !slices.Contains(labelsOfMenus(d.lobby), "node."+name) {
			p.fill(ctx, d, "Add resource", "node", discordsim.Fields{"name": name})
			return true
		}
	}
	there := labelsOfMenus(d.lobby)
	if !d.edit || len(there) == 0 {
		return false
	}
	fields := discordsim.Fields{"size": fmt.Sprint(2 + p.r.IntN(100))}
	if p.r.IntN(2) == 0 {
		fields = discordsim.Fields{"image": fmt.Sprintf("b%d", p.r.IntN(1000))}
	}
	d.edit = !p.fill(ctx, d, "Edit", there[p.r.IntN(len(there))], fields)
	return true
}

// labelsOfMenus are the resources that a lobby offers to edit.
func labelsOfMenus(m discordsim.Message) []string {
	menu, ok := m.Select("Edit")
	if !ok {
		return nil
	}
	var there []string
	for _, o := range menu.Options {
		if strings.HasPrefix(o.Value, "node.") {
			there = append(there, o.Value)
		}
	}
	return there
}

// fill opens a form and sends it; false when that did not work.
func (p *gambler) fill(ctx context.Context, d *deployment, menu, value string, fields discordsim.Fields) bool {
	in, err := p.who.Choose(ctx, d.lobby, menu, value)
	if err != nil || in.Modal() == nil {
		return false
	}
	if in, err = p.who.Submit(ctx, in.Modal(), fields); err != nil {
		return false
	}
	return !strings.Contains(p.told(ctx, in), "othing was changed")
}

// press presses the first of these buttons that is there, and confirms.
func (p *gambler) press(ctx context.Context, d *deployment, buttons ...string) bool {
	for _, name := range buttons {
		if b, ok := d.lobby.Button(name); !ok || b.Disabled {
			continue
		}
		in, err := p.who.Click(ctx, d.lobby, name)
		if err != nil {
			return false
		}
		modal := in.Modal()
		if modal == nil {
			return true
		}
		fields := discordsim.Fields{}
		for _, input := range modal.Inputs() {
			fields[input.CustomID] = d.stack // where a name is asked for; as a reason it is as good as any
		}
		_, err = p.who.Submit(ctx, modal, fields)
		return err == nil
	}
	return false
}

// afterFailure notes what was said to be unfinished, and plans again or not.
func (p *gambler) afterFailure(ctx context.Context, d *deployment, state string) (string, bool) {
	s, err := p.readStore.Session(ctx, sessionOf(d.lobby))
	if err != nil {
		return "", false // the database is away: the lobby can wait
	}
	if s.Failure != nil {
		p.mu.Lock()
		p.named[d.stack] = slices.Concat(p.named[d.stack], s.Failure.Unfinished, s.Failure.Unsaved)
		p.mu.Unlock()
	}
	if d.again == 0 || state == "Host lost" {
		return state, true
	}
	if menu, ok := d.lobby.Select("Replace when planning again"); ok && p.r.IntN(2) == 0 {
		var all []any
		for _, o := range menu.Options {
			all = append(all, o.Value)
		}
		_, _ = p.who.Choose(ctx, d.lobby, "Replace when planning again", all...)
	}
	d.cancel, d.edit = "", false
	if p.press(ctx, d, "Plan again") {
		d.again--
	}
	return "", false
}

// cleanUp cancels what the person has left open: a lobby that came after they had
// tried once more, or one that they gave up.
func (p *gambler) cleanUp(ctx context.Context) {
	for _, m := range p.channel.Messages(p.who) {
		if m.Ephemeral() || sessionOf(m) == "" {
			continue
		}
		switch head(m) {
		case "Draft", "Planning", "Plan ready", "Nothing to do", "Approved":
			p.press(ctx, &deployment{lobby: m}, "Cancel")
		}
	}
}
