package app_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

var (
	chaosN    = flag.Int("chaos.n", 0, "deployments that TestChaos plays; 0: it is left out")
	chaosSeed = flag.Uint64("chaos.seed", 1, "seed of what TestChaos does")
)

// gamblers is how many deployments are under way at once.
const gamblers = 6

// chaos is a world in which everything breaks: two bots, people who deploy
// through them, and somebody who breaks things.
type chaos struct {
	*world
	seed      uint64
	templates string // the folder with what is deployed
	bots      []*keeper
	people    []*gambler
	left      int      // run directories, when the bots had nothing left to do
	odd       []string // ends of bots that nobody asked for

	mu       sync.Mutex
	idle     []string            // stacks that nobody deploys
	jobs     int                 // that are left to play
	commands int                 // /cloud-deploy, however often
	ends     map[string]int      // how deployments ended, as people saw it
	faults   map[string]int      // how often what was broken
	named    map[string][]string // resources that were named as unfinished, by stack
	remarks  []string            // what must not be and is no count
}

// Whatever breaks, at whatever moment, every deployment comes to an end, nothing
// is created twice or forgotten, and people read each line once.
func TestChaos(t *testing.T) {
	if *chaosN == 0 {
		t.Skip("make chaos plays it")
	}
	limit := 3*time.Minute + time.Duration(*chaosN)*10*time.Second
	w := newWorld(t, breakable, overHTTP(t), lasting(limit))
	w.level = slog.LevelInfo
	c := &chaos{world: w, seed: *chaosSeed, jobs: *chaosN, ends: map[string]int{}, faults: map[string]int{}, named: map[string][]string{}}
	c.templates = chaosTemplates(t)
	for range 2 {
		c.bots = append(c.bots, w.keep(t.TempDir(), c.templates))
	}
	for _, b := range c.bots {
		b.awaitUp(w.ctx)
	}
	if c.seed%2 == 0 { // else all interactions come through the gateway, which one bot holds
		w.balance(c.bots[0].url(), c.bots[1].url())
	}
	w.reply(w.ada, "cloud-create-project", discordsim.Args{"project_id": "dev", "provider": "sandbox"})
	w.readStore = w.openStore()

	began := time.Now()
	c.play()
	c.heal()
	report := c.count()
	t.Logf("seed %d, %d deployments in %s\n%s", c.seed, *chaosN, time.Since(began).Round(time.Second), report)
	if !report.clean() {
		t.Errorf("seed %d: not all counts are zero", c.seed)
	}
}

// play runs the deployments while things break.
func (c *chaos) play() {
	var playing sync.WaitGroup
	for i := range gamblers {
		p := c.gambler(i)
		c.people = append(c.people, p)
		playing.Go(func() { p.playAll(c.ctx) })
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		playing.Wait()
	}()
	c.breakThings(over)
	<-over
}

// heal mends everything, ends what people left open, and waits until the bots have
// nothing left to do.
func (c *chaos) heal() {
	c.sim.Faults().Clear()
	c.sim.Faults().Offline(false)
	c.postgres.Start()
	for _, b := range c.bots {
		b.awaitUp(c.ctx)
	}
	ctx, cancel := context.WithTimeout(c.ctx, patience)
	defer cancel()
	// An interaction whose person does not wait any more may still be at work.
	const look, calm = 250 * time.Millisecond, 12
	for still := 0; still < calm && ctx.Err() == nil; time.Sleep(look) {
		if still++; c.quiet(ctx) {
			continue
		}
		still = 0
		for _, p := range c.people {
			p.cleanUp(ctx)
		}
	}
	c.endBots()
	c.left = len(c.runDirs())
	for i, b := range c.bots { // a bot that starts removes what those before it could not
		c.bots[i] = c.keep(b.dir, c.templates)
		c.bots[i].awaitUp(c.ctx)
	}
	c.endBots()
}

func (c *chaos) endBots() {
	for _, b := range c.bots {
		if err := b.end(); err != nil {
			c.remark("at the end a bot did not stop well: %v", err)
		}
		c.odd = append(c.odd, b.strange()...)
	}
}

func (c *chaos) remark(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remarks = append(c.remarks, fmt.Sprintf(format, args...))
}

// random is a source of chance of its own for each who needs one.
func (c *chaos) random(who uint64) *rand.Rand { return rand.New(rand.NewPCG(c.seed, who)) }

// chaosTemplates is a folder with a kind of resource that writes down, beside the
// state, when its creation begins and when it is complete, by its id.
func chaosTemplates(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	node := filepath.Join(folder, "sandbox", "node")
	if err := os.MkdirAll(node, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"main.tf": nodeMain, "variables.tf": nodeVariables, "outputs.tf": nodeOutputs, "create.sh": nodeCreate} {
		if err := os.WriteFile(filepath.Join(node, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

const nodeMain = `# Node
# A machine that remembers when it was made.
resource "terraform_data" "this" {
  input            = { name = var.name, region = var.region, size = var.size }
  triggers_replace = [var.image]

  provisioner "local-exec" {
    working_dir = path.module
    command     = "sh create.sh"
    quiet       = true
    environment = { NODE = var.name, ID = self.id, PAUSE = var.sandbox_seconds, COUNTER = var.sandbox_counter }
  }
}
`

const nodeVariables = `
variable "name" {
  description = "Name of the node in its stack."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region in which it is created."
  type        = string
  nullable    = false
}

variable "size" {
  description = "Changed in place."
  type        = number
  default     = 1
  nullable    = false
}

variable "image" {
  description = "Changed by making it anew."
  type        = string
  default     = "a"
  nullable    = false
}

variable "sandbox_seconds" {
  description = "How long the creation takes, in seconds."
  type        = number
  default     = 1
  nullable    = false
}

variable "sandbox_counter" {
  description = "A file that gets a line when a creation begins and one when it is complete."
  type        = string
  default     = ""
  nullable    = false
}
`

const nodeOutputs = `
output "id" {
  description = "Id of the node."
  value       = terraform_data.this.id
}
`

const nodeCreate = `set -eu
printf 'began node.%s %s\n' "$NODE" "$ID" >>"$COUNTER"
for i in 1 2 3 4 5; do echo "$NODE is being made, part $i"; done
sleep "$PAUSE"
printf 'made node.%s %s\n' "$NODE" "$ID" >>"$COUNTER"
`

// freePort is a port that nobody listens at, for a bot that starts again and again
// at the same place.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
