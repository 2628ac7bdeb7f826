package app_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/keep"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// Terraform goes on with an exported stack without the engine: it knows everything
// that is there, and has nothing to do.
func TestTerraformGoesOnWithAnExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"Name": "main"})
	w.click(w.grace, w.ready(lobby, "1 to add"), "Approve & Deploy")
	w.lobby(lobby, "Applied")

	e, err := app.Open(w.ctx, app.Options{Config: w.conf, Logger: discard})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	m := orchestrator.Mending{GuildID: w.guild.ID, Project: "dev", Stack: "main", Operator: "ann", Reason: "we leave"}
	files, err := e.Orchestrator.ExportStack(w.ctx, m)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "main")
	if err := keep.WriteFolder(dir, files); err != nil {
		t.Fatal(err)
	}
	var said string
	for _, args := range [][]string{{"init", "-input=false", "-no-color"}, {"plan", "-input=false", "-no-color", "-detailed-exitcode"}} {
		cmd := exec.CommandContext(w.ctx, w.app.Binary.Path, args...)
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "CHECKPOINT_DISABLE=1"}
		out, err := cmd.CombinedOutput()
		if said = string(out); err != nil { // exit code 2: there is something to do
			t.Fatalf("terraform %s: %v\n%s", args[0], err, said)
		}
	}
	mention(t, said, "No changes")

	// By hand, too, the engine takes it up again: a state with what Terraform did.
	raw, err := os.ReadFile(filepath.Join(dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := terraform.ParseState(raw); err != nil {
		t.Errorf("the exported state: %v", err)
	}
	mention(t, w.reply(w.ada, "cloud-audit", nil), "operator `ann` exported")
}
