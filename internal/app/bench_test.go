package app_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// figure is one measured value, beside what it is compared with in the same run.
type figure struct {
	Name      string  `json:"name"`
	Value     float64 `json:"value"`
	Unit      string  `json:"unit"`
	Yardstick float64 `json:"yardstick"` // in the same unit; 0: none
	Ratio     float64 `json:"ratio"`     // value / yardstick
	N         int     `json:"n"`
	Bound     string  `json:"bound,omitempty"` // what was promised, and whether it is met
}

type bench struct {
	*world
	figures []figure
}

var benchOnly = flag.String("bench.only", "", "take these figures alone: tiny, clouds, eight-seconds, eight-stacks, lag, tail, acknowledgement or memory")

// TestBench measures the main job beside bare Terraform on the same
// configuration, prints a table and writes it as JSON to the file that
// CLOUDENGINE_BENCH names. It asserts nothing about time.
func TestBench(t *testing.T) {
	path := os.Getenv("CLOUDENGINE_BENCH")
	if path == "" {
		t.Skip("make bench runs it")
	}
	b := &bench{world: newWorld(t, asShipped)}
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	b.ctx = ctx
	b.start().project()
	measures := []struct {
		name string
		do   func()
	}{
		{"tiny", b.tiny}, {"clouds", b.clouds}, {"eight-seconds", b.eightSeconds}, {"eight-stacks", b.eightStacks},
		{"lag", b.lag}, {"tail", b.tail}, {"acknowledgement", b.acknowledgement}, {"memory", b.memory},
	}
	for _, m := range measures {
		if *benchOnly == "" || *benchOnly == m.name {
			m.do()
		}
	}
	b.write(path)
}

func (b *bench) add(name string, value float64, unit string, yardstick float64, n int) {
	f := figure{Name: name, Value: round(value), Unit: unit, Yardstick: round(yardstick), N: n}
	if yardstick > 0 {
		f.Ratio = round(value / yardstick)
	}
	b.figures = append(b.figures, f)
}

// bound says of the newest figure what was promised.
func (b *bench) bound(most string, met bool) {
	f := &b.figures[len(b.figures)-1]
	f.Bound = "at most " + most + ": met"
	if !met {
		f.Bound = "at most " + most + ": not met"
	}
}

func round(v float64) float64 { return math.Round(v*1000) / 1000 }

func (b *bench) write(path string) {
	fmt.Printf("\n%-58s %10s %-5s %10s %7s %5s\n", "figure", "value", "unit", "yardstick", "ratio", "n")
	for _, f := range b.figures {
		yardstick, ratio := "", ""
		if f.Yardstick > 0 {
			yardstick, ratio = strconv.FormatFloat(f.Yardstick, 'f', 3, 64), strconv.FormatFloat(f.Ratio, 'f', 2, 64)
		}
		fmt.Printf("%-58s %10.3f %-5s %10s %7s %5d  %s\n", f.Name, f.Value, f.Unit, yardstick, ratio, f.N, f.Bound)
	}
	raw, err := json.MarshalIndent(b.figures, "", "  ")
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, append(raw, '\n'), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) request() orchestrator.Request {
	return orchestrator.Request{GuildID: b.guild.ID, Person: policy.Person{UserID: b.grace.ID, JoinedAt: b.grace.JoinedAt()}}
}

// open starts a session of a stack with so many buckets, planned once.
func (b *bench) open(stack string, buckets int) string {
	b.t.Helper()
	o := b.app.Orchestrator
	s, err := o.StartSession(b.ctx, b.request(), orchestrator.NewSession{Project: "dev", Stack: stack, ChannelID: b.ops.ID})
	if err != nil {
		b.t.Fatal(err)
	}
	for i := range buckets {
		form := orchestrator.Form{Session: s.ID, Kind: "bucket", Raw: map[string]string{"name": fmt.Sprintf("b%d", i)}}
		if err := o.PutResource(b.ctx, b.request(), form); err != nil {
			b.t.Fatal(err)
		}
	}
	b.until(s.ID, session.PlanReady)
	return s.ID
}

// until waits for a state, looking every 3 ms: fine enough to measure with, coarse
// enough to cost nothing.
func (b *bench) until(id string, want session.State) session.Session {
	b.t.Helper()
	for tick := time.NewTicker(3 * time.Millisecond); ; {
		s, err := b.app.Store.Session(b.ctx, id)
		if err != nil {
			b.t.Fatal(err)
		}
		switch s.State {
		case want:
			tick.Stop()
			return s
		case session.Failed:
			b.t.Fatalf("%s failed: %+v", id, s.Failure)
		}
		<-tick.C
	}
}

func (b *bench) plan(id string) time.Duration {
	s := b.until(id, session.PlanReady)
	began := time.Now()
	if err := b.app.Orchestrator.Refresh(b.ctx, b.request(), id, s.Generation); err != nil {
		b.t.Fatal(err)
	}
	b.until(id, session.PlanReady)
	return time.Since(began)
}

func (b *bench) apply(id string) time.Duration {
	s := b.until(id, session.PlanReady)
	began := time.Now()
	if err := b.app.Orchestrator.Approve(b.ctx, b.request(), id, s.Generation, ""); err != nil {
		b.t.Fatal(err)
	}
	b.until(id, session.Applied)
	return time.Since(began)
}

// bareDir is a directory with the very configuration of a session.
func (b *bench) bareDir(buckets int, seconds float64) string {
	b.t.Helper()
	var resources []project.Resource
	kind, _ := b.app.Catalog.Kind("sandbox", "bucket")
	for i := range buckets {
		r, faults := kind.Check(map[string]string{"name": fmt.Sprintf("b%d", i)})
		if len(faults) > 0 {
			b.t.Fatal(faults)
		}
		resources = append(resources, r)
	}
	composed, err := b.app.Catalog.Compose(catalog.Composition{Provider: "sandbox", Region: "eu-1", Resources: resources, Settings: moduleSettings(seconds, "")})
	if err != nil {
		b.t.Fatal(err)
	}
	dir, err := terraform.NewDir(b.t.TempDir(), "bare")
	if err != nil {
		b.t.Fatal(err)
	}
	if err := dir.Write(composed.Files, nil); err != nil {
		b.t.Fatal(err)
	}
	return dir.Path()
}

// bare runs the real commands, one after the other.
func (b *bench) bare(dir string, commands ...string) time.Duration {
	b.t.Helper()
	return b.bareWith(dir, nil, commands...)
}

func (b *bench) bareWith(dir string, env map[string]string, commands ...string) time.Duration {
	b.t.Helper()
	began := time.Now()
	for _, c := range commands {
		cmd := exec.Command(b.app.Binary.Path, strings.Fields(c)...)
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1"}
		for name, value := range env {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			b.t.Fatalf("terraform %s: %v\n%s", c, err, out)
		}
	}
	return time.Since(began)
}

var planCommands = []string{"init -input=false", "plan -input=false -out=p", "show -json p"}

const applyCommand = "apply -input=false p"

// tiny is ten resources that take no time: what is left is overhead.
func (b *bench) tiny() {
	const n = 15
	var plans, barePlans, applies, bareApplies []time.Duration
	for i := range n {
		id := b.open(fmt.Sprintf("tiny%d", i), 10)
		plans = append(plans, b.plan(id))
		dir := b.bareDir(10, 0)
		barePlans = append(barePlans, b.bare(dir, planCommands...))
		applies = append(applies, b.apply(id))
		bareApplies = append(bareApplies, b.bare(dir, applyCommand))
	}
	b.add("submit to PLAN_READY, 10 resources / init + plan + show", seconds(median(plans)), "s", seconds(median(barePlans)), n)
	b.add("approve to APPLIED, 10 resources / apply", seconds(median(applies)), "s", seconds(median(bareApplies)), n)
}

// eightSeconds is what a real apply is like: the clouds take the time.
func (b *bench) eightSeconds() {
	const n = 3
	w := b.second(1)
	var ours, bare []time.Duration
	for i := range n {
		id := w.open(fmt.Sprintf("eight%d", i), 8)
		ours = append(ours, w.plan(id)+w.apply(id))
		dir := w.bareDir(8, 1)
		bare = append(bare, w.bare(dir, append(planCommands, applyCommand)...))
	}
	b.add("plan to APPLIED, 8 resources of 1 s / all four commands", seconds(median(ours)), "s", seconds(median(bare)), n)
}

// asShipped undoes what makes tests quick, or tell more.
func asShipped(w *world) {
	w.conf.StreamInterval = config.Defaults().StreamInterval
	w.level = slog.LevelInfo
}

// second is a world whose resources take so long.
func (b *bench) second(each float64) *bench {
	w := &bench{world: newWorld(b.t, asShipped, slow(each), configured(func(c *config.Config) { c.ParallelRuns = 2 }))}
	w.ctx = b.ctx
	w.start().project()
	return w
}

// eightStacks is eight people at once on two cores.
func (b *bench) eightStacks() {
	const stacks = 8
	w := b.second(1)
	var ids, dirs []string
	for i := range stacks {
		ids = append(ids, w.open(fmt.Sprintf("many%d", i), 3))
		dirs = append(dirs, w.bareDir(3, 1))
	}
	began := time.Now()
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() { w.plan(id); w.apply(id) })
	}
	all.Wait()
	ours := time.Since(began)

	script := "cd {} && terraform init -input=false >/dev/null && terraform plan -input=false -out=p >/dev/null && terraform show -json p >/dev/null && terraform apply -input=false p >/dev/null"
	cmd := exec.Command("xargs", "-P2", "-I{}", "sh", "-c", script)
	cmd.Stdin = strings.NewReader(strings.Join(dirs, "\n"))
	cmd.Env = []string{"PATH=" + filepath.Dir(w.app.Binary.Path) + ":" + os.Getenv("PATH"), "CHECKPOINT_DISABLE=1", "HOME=" + b.t.TempDir()}
	began = time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Fatalf("%v\n%s", err, out)
	}
	b.add("eight stacks at once, plan to APPLIED / xargs -P2", seconds(ours), "s", seconds(time.Since(began)), stacks)
}

// lag is from the moment Terraform says a line to where people read it.
func (b *bench) lag() {
	w := b.second(1)
	id := w.open("lag", 8)
	var followed []time.Duration
	s := w.until(id, session.PlanReady)
	if err := w.app.Orchestrator.Approve(w.ctx, w.request(), id, s.Generation, ""); err != nil {
		b.t.Fatal(err)
	}
	s, err := w.app.Store.Session(w.ctx, id)
	if err != nil {
		b.t.Fatal(err)
	}
	var lines []store.Line
	err = w.app.Streams.Follow(w.ctx, s.RunID, 0, func(batch []store.Line) error {
		for _, l := range batch {
			followed = append(followed, time.Since(l.At))
		}
		lines = append(lines, batch...)
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.add("lag from Terraform's line to a follower, p50", 1000*seconds(quantile(followed, .5)), "ms", 0, len(followed))
	b.add("lag from Terraform's line to a follower, p95", 1000*seconds(quantile(followed, .95)), "ms", 0, len(followed))
	posted := w.posted(lines)
	b.add("lag from Terraform's line to the thread, p50", seconds(quantile(posted, .5)), "s", 0, len(posted))
	b.add("lag from Terraform's line to the thread, p95", seconds(quantile(posted, .95)), "s", 0, len(posted))
}

// tail is how far threads are behind at their tail while fifty applies say more than
// Discord takes: the load test of internal/discord measures it, for make bench.
func (b *bench) tail() {
	const most = 5 * time.Second
	raw, err := os.ReadFile(os.Getenv("CLOUDENGINE_BENCH_TAIL"))
	if err != nil {
		b.t.Fatalf("the load test has measured nothing: %v", err)
	}
	var lags []time.Duration
	if err := json.Unmarshal(raw, &lags); err != nil {
		b.t.Fatal(err)
	}
	for _, q := range []float64{.5, .95, 1} {
		b.add(fmt.Sprintf("fifty applies at once, behind at the tail, p%.0f", q*100), seconds(quantile(lags, q)), "s", 0, len(lags))
	}
	b.bound(most.String(), quantile(lags, 1) <= most)
}

// posted is how long after Terraform said it each line was in the thread.
func (b *bench) posted(lines []store.Line) []time.Duration {
	b.t.Helper()
	thread, err := b.ops.AwaitThread(b.ctx, func(string) bool { return true })
	if err != nil {
		b.t.Fatal(err)
	}
	b.await(thread, b.grace, "the result", func(m discordsim.Message) bool { return len(m.Attachments) > 0 })
	var lags []time.Duration
	for _, l := range lines {
		first, _, _ := strings.Cut(l.Text, "\n")
		for _, m := range thread.Messages(b.grace) {
			if strings.Contains(m.Content, "```") && strings.Contains(m.Content, first) {
				lags = append(lags, m.Timestamp.Sub(l.At))
				break
			}
		}
	}
	return lags
}

// acknowledgement is how long people wait for the first sign, at 50 a second.
func (b *bench) acknowledgement() {
	const perSecond, duration = 50, 10
	lobby := b.deploy(b.grace, discordsim.Args{"project": "dev", "stack": "busy"})
	var mu sync.Mutex
	var times []time.Duration
	var all sync.WaitGroup
	tick := time.NewTicker(time.Second / perSecond)
	defer tick.Stop()
	for i := range perSecond * duration {
		<-tick.C
		all.Go(func() {
			in, err := b.interact(i, lobby)
			if err != nil {
				b.t.Errorf("interaction %d: %v", i, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			times = append(times, in.AnswerTime())
		})
	}
	all.Wait()
	for _, q := range []float64{.5, .95, .99} {
		b.add(fmt.Sprintf("acknowledgement at %d interactions/s, p%.0f", perSecond, q*100), 1000*seconds(quantile(times, q)), "ms", 0, len(times))
	}
}

// interact does, in turn, what people do.
func (b *bench) interact(i int, lobby discordsim.Message) (*discordsim.Interaction, error) {
	switch i % 4 {
	case 0:
		return b.grace.Slash(b.ctx, b.ops, "cloud-list", nil)
	case 1:
		return b.grace.Choose(b.ctx, lobby, "Add resource", "vpc")
	case 2:
		return b.grace.Slash(b.ctx, b.ops, "cloud-deploy", discordsim.Args{"project": "none"})
	default:
		return b.eve.Click(b.ctx, lobby, "Cancel")
	}
}

// memory is what the bot itself holds: a process of its own.
func (b *bench) memory() {
	w := &bench{world: newWorld(b.t)}
	w.ctx = b.ctx
	p := w.launch()
	w.project()
	settle := func() memory { time.Sleep(3 * time.Second); return w.resident(p.cmd.Process.Pid) } // no signal says that a heap has settled
	idle := settle()
	b.add("memory, idle", idle.all, "MiB", 0, 1)
	b.add("memory, idle, without pages of the program's file", idle.own, "MiB", 0, 1)
	const sessions = 200
	for i := range sessions {
		w.reply(w.grace, "cloud-deploy", discordsim.Args{"project": "dev", "stack": fmt.Sprintf("s%d", i)})
	}
	b.add("memory, per open session", 1024*(settle().own-idle.own)/sessions, "KiB", 0, sessions)
}

// memory is what a process holds in MiB: all, and without the pages of its own file,
// which the kernel may drop at any time.
type memory struct{ all, own float64 }

// resident is a process's memory now.
func (b *bench) resident(pid int) memory {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.t.Fatal(err)
	}
	mib := map[string]float64{}
	for line := range strings.Lines(string(raw)) {
		name, rest, _ := strings.Cut(line, ":")
		if fields := strings.Fields(rest); len(fields) == 2 && fields[1] == "kB" {
			kib, err := strconv.ParseFloat(fields[0], 64)
			if err != nil {
				b.t.Fatal(err)
			}
			mib[name] = kib / 1024
		}
	}
	if mib["VmRSS"] == 0 || mib["RssAnon"] == 0 {
		b.t.Fatalf("there is no VmRSS or no RssAnon in\n%s", raw)
	}
	return memory{all: mib["VmRSS"], own: mib["RssAnon"]}
}

func seconds(d time.Duration) float64 { return d.Seconds() }

func median(d []time.Duration) time.Duration { return quantile(d, .5) }

func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(d))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
