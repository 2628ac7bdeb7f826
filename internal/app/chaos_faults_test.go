package app_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// breakThings does harm until the deployments are over.
func (c *chaos) breakThings(over <-chan struct{}) {
	r := c.random(1 << 32)
	faults := c.harm(r)
	var back <-chan time.Time // when Postgres comes back
	for {
		select {
		case <-over:
			return
		case <-c.ctx.Done():
			return
		case <-back:
			c.postgres.Start()
			back = nil
		case <-time.After(100*time.Millisecond + time.Duration(r.IntN(1000))*time.Millisecond):
			f := faults[r.IntN(len(faults))]
			if f.name == "Postgres is away" {
				if back == nil {
					c.takePostgres(r)
					back = time.After(time.Second + time.Duration(r.IntN(2000))*time.Millisecond)
					c.faults[f.name]++
				}
				continue
			}
			if f.do() {
				c.faults[f.name]++
			}
		}
	}
}

// fault is one way to do harm; do reports whether there was anything to harm.
type fault struct {
	name string
	do   func() bool
}

// harm lists what is done, the frequent more than once.
func (c *chaos) harm(r *rand.Rand) []fault {
	bot := func() *keeper { return c.bots[r.IntN(len(c.bots))] }
	list := []fault{
		{"kill -9 of a bot", func() bool { return bot().kill() }},
		{"SIGTERM to a bot", func() bool { return bot().terminate() }},
		{"Postgres is away", nil},
		{"Discord: gateway cut", func() bool { c.sim.Faults().DropGateway(c.bot); return true }},
		{"Discord: op 7", func() bool { c.sim.Faults().Op7(c.bot); return true }},
		{"Discord: op 9 on RESUME", func() bool {
			c.sim.Faults().Op9OnResume(c.bot, 1)
			c.sim.Faults().DropGateway(c.bot)
			return true
		}},
	}
	for range 4 { // most of the time there is none to kill
		list = append(list,
			fault{"kill -9 of a supervisor", func() bool { return c.killOne(r, isSupervisor) }},
			fault{"kill -9 of Terraform", func() bool { return c.killOne(r, isTerraform) }})
	}
	for _, d := range disturbances {
		list = append(list, fault{d.name, func() bool { return c.disturb(r, d.fault) }})
	}
	return list
}

// disturbances are what becomes of requests to Discord.
var disturbances = []struct {
	name  string
	fault discordsim.Fault
}{
	{"Discord: 429", discordsim.Fault{Status: 429, RetryAfter: time.Second}},
	{"Discord: 429, global", discordsim.Fault{Status: 429, RetryAfter: time.Second, Global: true}},
	{"Discord: 429 as HTML", discordsim.Fault{Status: 429, RetryAfter: time.Second, HTML: true}},
	{"Discord: 500", discordsim.Fault{Status: 500}},
	{"Discord: 502 as HTML", discordsim.Fault{Status: 502, HTML: true}},
	{"Discord: reset", discordsim.Fault{Reset: true}},
	{"Discord: answer lost", discordsim.Fault{LoseAnswer: true}},
	{"Discord: slow", discordsim.Fault{Delay: 500 * time.Millisecond}},
}

// disturb spoils the next few requests of a kind. Those of before that never came
// are let go, as a route that is rarely used would break every time.
func (c *chaos) disturb(r *rand.Rand, f discordsim.Fault) bool {
	const enough = 4
	at := [][2]string{
		{"POST", "/channels/*/messages"}, {"PATCH", "/channels/*/messages/*"}, {"POST", "/channels/*/messages/*/threads"},
		{"POST", "/interactions/*/*/callback"}, {"PATCH", "/webhooks/*/*/messages/*"}, {"POST", "/webhooks/*/*"},
	}
	where, times := at[r.IntN(len(at))], 1+r.IntN(3)
	if c.sim.Faults().Left() >= enough {
		c.sim.Faults().Clear()
	}
	c.sim.Faults().On(where[0], where[1], f, times)
	return true
}

func (c *chaos) takePostgres(r *rand.Rand) {
	if r.IntN(2) == 0 {
		c.postgres.Crash()
	} else {
		c.postgres.Stop()
	}
}

// killOne kills one of this world's processes that are of a kind.
func (c *chaos) killOne(r *rand.Rand, is func(args []string) bool) bool {
	found := c.processes(is)
	return len(found) > 0 && syscall.Kill(found[r.IntN(len(found))], syscall.SIGKILL) == nil
}

// processes finds processes that work on applies of this world's bots.
func (c *chaos) processes(is func(args []string) bool) []int {
	all, _ := filepath.Glob("/proc/[0-9]*")
	var found []int
	for _, p := range all {
		raw, err := os.ReadFile(filepath.Join(p, "cmdline"))
		if err != nil || !is(strings.Split(string(bytes.TrimRight(raw, "\x00")), "\x00")) {
			continue
		}
		dir, err := os.Readlink(filepath.Join(p, "cwd"))
		pid, numErr := strconv.Atoi(filepath.Base(p))
		for _, b := range c.bots {
			if err == nil && numErr == nil && strings.HasPrefix(dir, filepath.Join(b.dir, "runs", "apply-")) {
				found = append(found, pid)
			}
		}
	}
	return found
}

func isSupervisor(args []string) bool { return len(args) > 2 && args[1] == terraform.SuperviseCommand }

func isTerraform(args []string) bool {
	return len(args) > 1 && filepath.Base(args[0]) == "terraform" && args[1] == "apply"
}
