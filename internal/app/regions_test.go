package app_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// A stack is deployed to two regions with one plan and one approval, leaves one of
// them, and is destroyed.
func TestTwoRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	here := discordsim.Args{"project": "dev", "regions": "eu-1, us-1"}
	lobby := w.deploy(w.grace, here)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"})
	ready := w.ready(lobby, "4 to add, 0 to change, 0 to destroy")
	mention(t, ready.Text(), "sandbox · eu-1, us-1 · by", "@@ eu-1 @@\n+ compute_vm.web\n+ vpc.main\n@@ us-1 @@\n+ compute_vm.web@us-1\n+ vpc.main@us-1",
		"After: `eu-1` $", "· `us-1` $", "4 of 4 resources priced")
	whole, err := w.click(w.grace, lobby, "View plan").Reply(w.ctx)
	if err != nil || len(whole.Attachments) != 1 {
		t.Fatalf("View plan: %v, %v", whole, err)
	}
	mention(t, string(whole.Attachments[0].Bytes()), "@@ us-1 @@", "eu-1: $0.00 before", "us-1: $0.00 before")
	w.click(w.grace, lobby, "Approve & Deploy")
	w.lobby(lobby, "Applied", "4 created", "`compute_vm.web@us-1`")
	if diff := cmp.Diff(map[string]int{"vpc.main": 1, "compute_vm.web": 1, "vpc.main-us-1": 1, "compute_vm.web-us-1": 1}, w.created()); diff != "" {
		t.Errorf("created: %s", diff)
	}

	// It leaves the second region: nothing happens to what is in the first.
	lobby = w.deploy(w.grace, discordsim.Args{"project": "dev", "regions": "eu-1"})
	w.click(w.grace, lobby, "Refresh")
	ready = w.ready(lobby, "0 to add, 0 to change, 2 to destroy")
	mention(t, ready.Text(), "`compute_vm.web@us-1`, `vpc.main@us-1`")
	w.approveTypingName(lobby)
	w.lobby(lobby, "Applied", "2 destroyed")

	w.reply(w.grace, "cloud-deploy", discordsim.Args{"project": "dev", "destroy": true})
	w.await(w.ops, w.grace, "the destruction's plan", discordsim.Containing("Destroy dev", "2 to destroy", "`compute_vm.web`, `vpc.main`"))
}
