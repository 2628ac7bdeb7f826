package app_test

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// What a plan costs is in its lobby before anybody approves, and all of it behind
// View plan; what the stack costs is known once it is applied.
func TestCostOfAPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"})
	ready := w.ready(lobby, "2 to add")
	mention(t, ready.Text(), "💰 **+$", "/hour), 2 of 2 resources priced, prices of ", "the sandbox's are invented")
	sum, _, _ := strings.Cut(strings.SplitN(ready.Text(), "💰 **+", 2)[1], "/month")
	mention(t, w.said(w.click(w.grace, lobby, "View plan")), "module.compute_vm-web.", "invented price", "Month after   "+sum)
	w.click(w.grace, lobby, "Approve & Deploy")
	w.lobby(lobby, "Applied", "· "+sum+"/month")
}
