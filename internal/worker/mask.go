package worker

import (
	"os"
	"slices"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// What Terraform says is kept as it is in the driver's memory alone, since more
// secrets become known as the state grows: it is masked where it leaves.

// masks is what hides secrets now.
func (d *driver) masks() mask.Masker {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.masker
}

// learnSecrets adds to what is hidden what a state marks as sensitive.
func (d *driver) learnSecrets(state []byte) {
	if d.task.Sealed {
		return // everything is hidden
	}
	more, err := plan.SensitiveStateValues(state)
	if err != nil {
		return // no state: what was known stays known
	}
	d.learning.Lock()
	defer d.learning.Unlock()
	known := slices.Concat(d.task.Secrets, d.learnt, more)
	slices.Sort(known)
	known = slices.Compact(known)
	if slices.Equal(known, d.learnt) {
		return // making a masker takes its time, and states come every second
	}
	masker := mask.New(known)
	d.learnt = known
	d.mu.Lock()
	defer d.mu.Unlock()
	d.masker = masker
}

// catchUp learns what is in the state by now, before an event is shown that holds
// what a program or a cloud said: it may say what a resource before it made, sooner
// than the state is handed on.
func (d *driver) catchUp(e terraform.Event) {
	if e.Output == "" && e.Diagnostic == nil && len(e.Outputs) == 0 {
		return
	}
	info, err := os.Stat(d.dir.File(terraform.StateFile))
	if err != nil || info.ModTime().Equal(d.seen.at) && info.Size() == d.seen.size {
		return
	}
	d.seen.at, d.seen.size = info.ModTime(), info.Size()
	for range 20 {
		state, ok, err := d.dir.State()
		if ok {
			d.learnSecrets(state.Raw)
		}
		if err == nil {
			return
		}
		time.Sleep(5 * time.Millisecond) // Terraform is writing it
	}
}

// join hides the secrets in a provisioner's output. Terraform passes on what it has
// of a line when the rest does not come soon: a program that writes in blocks has
// its lines cut anywhere.
func (d *driver) join(e *terraform.Event, m mask.Masker) {
	if e.Type != terraform.TypeProvisionOutput {
		return
	}
	before, ok := strings.CutSuffix(e.Message, e.Output)
	if !ok {
		return
	}
	e.Output, d.said[e.Address] = m.Continue(d.said[e.Address], e.Output)
	e.Message = before + e.Output
}

// addresses are addresses, or labels of them, without secrets.
func addresses(of []string, m mask.Masker) []string {
	masked := slices.Clone(of)
	for i, a := range masked {
		masked[i] = m.Address(a)
	}
	return masked
}
