package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// How much is said at once: far more than Discord takes, which is a message a
// second in each thread and fifty requests a second in all.
const (
	loadRuns   = 50
	loadBursts = 14
	loadPause  = 500 * time.Millisecond // between bursts of a run
	loadLines  = 40                     // in a burst
)

// Fifty applies say more than Discord takes, all at once, under Discord's own
// limits: it refuses next to nothing, and each line is in its thread once, in
// order, or counted there; and in the log.
func TestFiftyAppliesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true, sim: discordsim.Options{MessageRate: discordsim.Rate{Limit: 5, Window: 5 * time.Second}}})
	w.bot = w.newBot(func(o *Options) { o.MessagesPer5s, o.RequestsPerSecond, o.Directory = 0, 0, w.members }) // as shipped
	w.patient()
	w.must(w.store.RegisterHost(w.ctx, "host", "test"))
	get(w.orch.CreateProject(w.ctx, w.asBoss(), orchestrator.NewProject{Slug: "dev", Provider: "sandbox"}))(w)
	runs := map[*discordsim.Channel]store.Run{}
	for i := range loadRuns {
		channel := w.guild.NewTextChannel(fmt.Sprint("channel", i))
		runs[channel] = w.applying(channel, fmt.Sprint("s", i))
	}
	w.start(w.bot)
	quiet := func() bool { return get(w.store.OwedPosts(w.ctx))(w) == 0 }
	w.until(quiet) // the lobbies and the threads are there

	var all sync.WaitGroup
	for _, run := range runs {
		all.Go(func() { w.floods(run) })
	}
	all.Wait()
	w.until(quiet)

	stats := w.sim.Stats()
	if n, all := stats.Status(http.StatusTooManyRequests), stats.Total(); 100*n > all {
		t.Errorf("Discord refused %d of %d requests", n, all)
	}
	for status := 400; status < 500; status++ {
		if n := stats.Status(status); n > 0 && status != http.StatusTooManyRequests {
			t.Errorf("%d requests were answered with %d", n, status)
		}
	}
	var lags []time.Duration
	for channel, run := range runs {
		lags = append(lags, w.followed(channel, run)...)
	}
	slices.Sort(lags)
	t.Logf("%d requests, %d refused; the tail was behind by %s (p50), %s (p95), %s (most)", stats.Total(), stats.Status(http.StatusTooManyRequests),
		lags[len(lags)/2], lags[len(lags)*95/100], lags[len(lags)-1])
	if path := os.Getenv("CLOUDENGINE_BENCH_TAIL"); path != "" { // make bench shows it
		w.must(os.WriteFile(path, get(json.Marshal(lags))(w), 0o644))
	}
}

// patient gives a test more time than others have: it does much.
func (w *world) patient() {
	var cancel context.CancelFunc
	w.ctx, cancel = context.WithTimeout(context.Background(), 3*patience)
	w.t.Cleanup(cancel)
}

func (w *world) asBoss() orchestrator.Request {
	return orchestrator.Request{GuildID: w.guild.ID, Person: person(w.boss)}
}

// applying is an apply that has begun, whose lobby is in the channel.
func (w *world) applying(channel *discordsim.Channel, stack string) store.Run {
	w.t.Helper()
	s := get(w.orch.StartSession(w.ctx, w.asBoss(), orchestrator.NewSession{Project: "dev", Stack: stack, ChannelID: channel.ID}))(w)
	w.must(w.orch.PutResource(w.ctx, w.asBoss(), orchestrator.Form{Session: s.ID, Kind: "vpc", Raw: map[string]string{"name": "main"}}))
	now := get(w.store.Session(w.ctx, s.ID))(w)
	task := get(w.orch.BeginPlan(w.ctx, now.RunID, "host"))(w)
	w.must(w.orch.Planned(w.ctx, orchestrator.Planned{Task: task, Digest: creates("vpc.main"), SHA256: plan.SensitiveText, Files: map[string][]byte{"main.tf.json": []byte("{}")}}))
	w.must(w.orch.Approve(w.ctx, w.asBoss(), s.ID, now.Generation, ""))
	return get(w.orch.BeginApply(w.ctx, get(w.store.Session(w.ctx, s.ID))(w).RunID, "host"))(w).Run
}

// floods lets Terraform say too much, and end.
func (w *world) floods(run store.Run) {
	tick := time.NewTicker(loadPause)
	defer tick.Stop()
	for burst := range loadBursts {
		var lines []store.Line
		for i := range loadLines {
			lines = append(lines, store.Line{Kind: "info", Text: fmt.Sprintf("run %d says line %d", run.ID, burst*loadLines+i+1)})
		}
		w.prints(run, lines...)
		if burst%5 == 0 {
			w.must(w.orch.Report(w.ctx, run, orchestrator.Progress{Total: loadBursts, Done: burst}))
		}
		<-tick.C
	}
	w.ends(run, 0, orchestrator.Outcome{Progress: orchestrator.Progress{Total: 1, Done: 1, Created: []string{"vpc.main"}}})
}

var (
	coveredLines = regexp.MustCompile(`lines (\d+) to (\d+)(?: · part \d+ of \d+)?$`)
	wentBy       = regexp.MustCompile(`^… ([\d,]+) lines? went by`)
)

// followed checks a thread from its first message to the log at its end, and
// returns how far behind its tail was before each of its messages.
func (w *world) followed(channel *discordsim.Channel, run store.Run) (lags []time.Duration) {
	w.t.Helper()
	const lines = loadBursts * loadLines
	thread := get(channel.AwaitThread(w.ctx, func(string) bool { return true }))(w)
	said := get(w.store.Lines(w.ctx, run.ID, 1, lines, lines))(w)
	next, logged := 1, 0 // the line that is due
	for _, m := range thread.Messages(w.ada) {
		for _, a := range m.Attachments {
			logged = strings.Count(string(a.Bytes()), fmt.Sprintf("run %d says line ", run.ID))
		}
		covered := coveredLines.FindStringSubmatch(m.Content)
		if covered == nil {
			continue
		}
		if logged > 0 {
			w.t.Errorf("run %d: lines after the result", run.ID)
		}
		if next <= lines {
			lags = append(lags, m.Timestamp.Sub(said[next-1].At))
		}
		if by := wentBy.FindStringSubmatch(m.Content); by != nil {
			n, _ := strconv.Atoi(strings.ReplaceAll(by[1], ",", ""))
			next += n
		}
		for row := range strings.Lines(m.Content) {
			if !strings.HasPrefix(row, "run ") {
				continue
			}
			if want := fmt.Sprintf("run %d says line %d\n", run.ID, next); row != want {
				w.t.Fatalf("the thread has %q where %q was due", row, want)
			}
			next++
		}
	}
	if next != lines+1 || logged != lines {
		w.t.Errorf("run %d: %d of %d lines are shown or counted, and %d in the log", run.ID, next-1, lines, logged)
	}
	return lags
}
