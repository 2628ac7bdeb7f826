package app_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/devpg"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/keep"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// A backup of an engine with a stack becomes another engine, which finds the stack
// as it is: there is nothing to do. The first one serves while it is backed up.
func TestBackupPlansAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"Name": "main"})
	w.click(w.grace, w.ready(lobby, "1 to add"), "Approve & Deploy")
	w.lobby(lobby, "Applied")

	sealer, err := store.NewSealer([]byte(w.conf.Key.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	o := keep.Options{Database: store.Access(w.db), Sealer: sealer, Version: "test"}
	file := filepath.Join(t.TempDir(), "backup.tar")
	if _, err := keep.Backup(w.ctx, o, file); err != nil {
		t.Fatal(err)
	}
	if err := w.app.Stop(w.ctx); err != nil {
		t.Fatal(err)
	}
	w.db = devpg.CloneDatabase(t, "empty", func(context.Context, devpg.Database) error { return nil })
	o.Database = store.Access(w.db)
	if _, err := keep.Restore(w.ctx, o, file, discard); err != nil {
		t.Fatal(err)
	}
	w.conf.DatabaseURL, w.conf.DataDir = config.NewSecret(w.db.URL), t.TempDir()
	w.start()
	again := w.deploy(w.grace, discordsim.Args{"project": "dev", "stack": "main"})
	w.click(w.grace, again, "Refresh")
	w.lobby(again, "Nothing to do")
	if got := w.created(); got["vpc.main"] != 1 || len(got) != 1 {
		t.Errorf("created %v", got)
	}
}
