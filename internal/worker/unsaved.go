package worker

import "github.com/cloud-engine/cloudengine/internal/plan"

// keepState remembers the newest state that was read whole.
func (d *driver) keepState(raw []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.state = raw
}

// unsaved are the resources whose creation Terraform reported complete and that are
// in no state: it says so first and writes the state after, and may be killed
// between the two, or find the disk full.
func (d *driver) unsaved() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	saved, err := plan.Present(d.state, d.made)
	if err != nil {
		saved = nil // a state that cannot be read knows nothing
	}
	known := map[string]bool{}
	for _, address := range saved {
		known[address] = true
	}
	var lost []string
	for _, address := range d.made {
		if !known[address] {
			lost = append(lost, address)
			known[address] = true
		}
	}
	return addresses(lost, d.masker)
}
