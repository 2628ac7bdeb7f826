package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// report is what was counted. Faulty counts must be zero, the others tell what it
// was that went well.
type report struct {
	facts, faulty []counted
	details       []string
}

type counted struct {
	what string
	n    int
}

func (r *report) fact(what string, n int) { r.facts = append(r.facts, counted{what, n}) }

// fault counts what must not be; each is told in detail.
func (r *report) fault(what string, details []string) {
	r.faulty = append(r.faulty, counted{what, len(details)})
	for _, d := range details {
		r.details = append(r.details, what+": "+d)
	}
}

func (r *report) clean() bool {
	return !slices.ContainsFunc(r.faulty, func(c counted) bool { return c.n > 0 })
}

func (r *report) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, c := range r.facts {
		fmt.Fprintf(w, "%d\t %s\n", c.n, c.what)
	}
	fmt.Fprintln(w, "\t and these must be zero")
	for _, c := range r.faulty {
		fmt.Fprintf(w, "%d\t %s\n", c.n, c.what)
	}
	_ = w.Flush()
	return b.String() + strings.Join(r.details, "\n")
}

// quiet reports whether the bots have nothing left to do and people nothing open.
func (c *chaos) quiet(ctx context.Context) bool {
	conn, err := pgx.Connect(ctx, c.db.Owner)
	if err != nil {
		return false
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var busy int
	err = conn.QueryRow(ctx, `select (select count(*) from sessions where state not in ('APPLIED', 'CANCELLED', 'EXPIRED', 'FAILED'))
		+ (select count(*) from runs where ended_at is null and status <> 'superseded')
		+ (select count(*) from outbox where sent_at is null and dead_at is null and kind <> 'remind')`).Scan(&busy)
	return err == nil && busy == 0
}

// count looks at the database, at Discord, at the machine and at what the
// resources themselves wrote down.
func (c *chaos) count() *report {
	conn, err := pgx.Connect(c.ctx, c.db.Owner)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(c.ctx)
	r := &report{}
	for _, what := range slices.Sorted(maps.Keys(c.ends)) {
		r.fact("deployments ended: "+what, c.ends[what])
	}
	for _, what := range slices.Sorted(maps.Keys(c.faults)) {
		r.fact("times: "+what, c.faults[what])
	}
	c.countResources(r, conn)
	c.countEnds(r, conn)
	c.countThreads(r, conn)
	r.fault("bots that ended by themselves, or badly", c.odd)
	r.fault("remarks", c.remarks)
	return r
}

// list runs a query that names what must not be.
func (c *chaos) list(conn *pgx.Conn, sql string) []string {
	rows, err := conn.Query(c.ctx, sql)
	if err != nil {
		c.t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		c.t.Fatal(err)
	}
	return names
}

func (c *chaos) countEnds(r *report, conn *pgx.Conn) {
	r.fault("sessions without an end", c.list(conn, "select id || ' is ' || state from sessions where state not in ('APPLIED', 'CANCELLED', 'EXPIRED', 'FAILED')"))
	r.fault("runs without an end", c.list(conn, "select id || ' is ' || status from runs where ended_at is null and status <> 'superseded'"))
	r.fault("posts that are still owed", c.list(conn, "select id || ' ' || kind || ': ' || last_error from outbox where sent_at is null and dead_at is null and kind <> 'remind'"))
	r.fault("posts given up", c.list(conn, "select id || ' ' || kind || ': ' || last_error from outbox where dead_at is not null"))
	r.fault("claims left", c.list(conn, "select id || ' by ' || claimed_by from outbox where claimed_by is not null and sent_at is null and dead_at is null"))
	r.fault("jobs left running", c.list(conn, "select id || ' ' || kind from river_job where state = 'running'"))
	sessions := c.list(conn, "select id from sessions")
	r.fact("sessions", len(sessions))
	if more := len(sessions) - c.commands; more > 0 {
		r.fault("sessions that nobody asked for", sessions[:more])
	}
	var left []string
	aside := 0
	for _, dir := range c.runDirs() {
		if cutShort(dir) {
			aside++
		} else {
			left = append(left, dir)
		}
	}
	r.fact("states cut short by a kill, put aside", aside)
	r.fact("run directories that a last start removed", c.left-aside-len(left))
	r.fault("run directories left", left)
	alive := c.processes(func(args []string) bool { return isSupervisor(args) || isTerraform(args) })
	r.fault("processes left", each(alive, func(pid int) string { return fmt.Sprint(pid) }))
}

// runDirs are the directories of runs that are there.
func (c *chaos) runDirs() []string {
	var dirs []string
	for _, b := range c.bots {
		of, _ := filepath.Glob(filepath.Join(b.dir, "runs", "*"))
		dirs = append(dirs, of...)
	}
	return dirs
}

// cutShort reports whether a directory was rightly put aside: nobody can read its
// state.
func cutShort(dir string) bool {
	raw, err := os.ReadFile(filepath.Join(dir, "terraform.tfstate"))
	return strings.HasPrefix(filepath.Base(dir), "kept-") && err == nil && !json.Valid(raw)
}

func each[T any](list []T, name func(T) string) []string {
	var names []string
	for _, v := range list {
		names = append(names, name(v))
	}
	return names
}

// node is one instance of a resource, by its id, wherever there was a trace of it.
type node struct {
	id, label, stack                          string
	began, made, destroyed, stored, isTainted bool
}

func (n *node) String() string {
	return fmt.Sprintf("%s of stack %s, id %s (began %t, made %t, destroyed %t, in state %t, tainted %t)", n.label, n.stack, n.id, n.began, n.made, n.destroyed, n.stored, n.isTainted)
}

// countResources compares what was created with what the states hold. A resource
// that was being created when Terraform was killed may be half made, or be in no
// state: then people must have been told its name.
func (c *chaos) countResources(r *report, conn *pgx.Conn) {
	nodes := c.nodes(conn)
	named := c.namedInFailures(conn)
	var lost, half, twice []string
	counts := map[string]int{}
	there := map[string]int{}
	for _, n := range nodes {
		for what, is := range map[string]bool{"resources whose creation began": n.began, "resources created": n.made, "resources destroyed": n.destroyed, "resources in a state": n.stored} {
			if is {
				counts[what]++
			}
		}
		if n.made && !n.destroyed {
			there[n.label]++
		}
		switch told := named[n.label]; {
		case n.destroyed:
		case n.began && !n.stored && !told:
			lost = append(lost, n.String())
		case n.stored && !n.made && !n.isTainted && !told:
			half = append(half, n.String())
		case !n.made && told:
			counts["resources unfinished, and named"]++
		}
	}
	for label, n := range there {
		if n > 1 && !named[label] {
			twice = append(twice, fmt.Sprintf("%s, %d times", label, n))
		}
	}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		r.fact(what, counts[what])
	}
	r.fault("resources that were created and are in no state", lost)
	r.fault("resources half made that nobody named", half)
	r.fault("resources created twice", twice)
}

// namedInFailures are the resources that people were told of as unfinished.
func (c *chaos) namedInFailures(conn *pgx.Conn) map[string]bool {
	named := map[string]bool{}
	for _, list := range c.named {
		for _, address := range list {
			named[plan.Label(address)] = true
		}
	}
	for _, raw := range c.list(conn, "select (coalesce(failure->'unfinished', '[]') || coalesce(failure->'unsaved', '[]'))::text from sessions where failure is not null") {
		var list []string
		if err := json.Unmarshal([]byte(raw), &list); err != nil {
			c.t.Fatal(err)
		}
		for _, address := range list {
			named[plan.Label(address)] = true
		}
	}
	return named
}

var destroying = regexp.MustCompile(`(node\.\S+): Destroying\.\.\. \[id=([^\]]+)\]`)

// nodes gathers every trace of every resource.
func (c *chaos) nodes(conn *pgx.Conn) map[string]*node {
	nodes := map[string]*node{}
	of := func(id, label string) *node {
		if nodes[id] == nil {
			nodes[id] = &node{id: id, label: label}
		}
		return nodes[id]
	}
	file, err := os.Open(c.counter)
	if err != nil {
		c.t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var what, label, id string
		if _, err := fmt.Sscan(lines.Text(), &what, &label, &id); err != nil {
			c.t.Fatal(err)
		}
		n := of(id, label)
		n.began, n.made = n.began || what == "began", n.made || what == "made"
	}
	for _, line := range c.list(conn, "select text from run_lines where text like '%Destroying...%'") {
		for _, found := range destroying.FindAllStringSubmatch(line, -1) {
			of(found[2], found[1]).destroyed = true
		}
	}
	for _, id := range c.list(conn, "select id || ' ' || name from stacks") {
		var stack int64
		var name string
		if _, err := fmt.Sscan(id, &stack, &name); err != nil {
			c.t.Fatal(err)
		}
		for id, tainted := range c.stateOf(stack) {
			n := of(id, "of no record")
			n.stored, n.isTainted, n.stack = true, tainted, name
		}
	}
	return nodes
}

// stateOf are the ids in a stack's state, and whether Terraform holds them to be
// half made.
func (c *chaos) stateOf(stack int64) map[string]bool {
	var raw []byte
	err := c.readStore.InTx(c.ctx, func(tx *store.Tx) (err error) {
		raw, err = tx.State(c.ctx, stack)
		return err
	})
	if err != nil {
		c.t.Fatalf("the state of stack %d cannot be read: %v", stack, err)
	}
	if raw == nil {
		return nil
	}
	var state struct {
		Resources []struct {
			Instances []struct {
				Status     string
				Attributes struct{ ID string }
			}
		}
	}
	if err := json.Unmarshal(raw, &state); err != nil {
		c.t.Fatalf("the state of stack %d: %v", stack, err)
	}
	ids := map[string]bool{}
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			ids[i.Attributes.ID] = i.Status == "tainted"
		}
	}
	return ids
}
