// Package jobs names the kinds of work that the queue carries and their
// arguments, and nothing else. A job says "drive this run"; the truth about the
// run is its row, so a job may be repeated at any time without harm.
package jobs

// Queues. A run that has begun belongs to a host; its jobs go to HostQueue.
const (
	QueueRuns        = "runs"
	QueueMaintenance = "maintenance"
	QueuePrices      = "prices" // of its own: an import may take an hour
)

// HostQueue is the queue that only the host of that id works on.
func HostQueue(hostID string) string { return "host_" + hostID }

// Plan drives a plan run.
type Plan struct {
	RunID int64 `json:"run_id"`
}

// Kind names the job in the queue.
func (Plan) Kind() string { return "plan" }

// Apply drives an apply run: it starts it, or attaches to what was started.
type Apply struct {
	RunID int64 `json:"run_id"`
}

// Kind names the job in the queue.
func (Apply) Kind() string { return "apply" }

// Sweep expires sessions and tidies up.
type Sweep struct{}

// Kind names the job in the queue.
func (Sweep) Kind() string { return "sweep" }

// Prices brings price lists up to date that are due.
type Prices struct{}

// Kind names the job in the queue.
func (Prices) Kind() string { return "prices" }
