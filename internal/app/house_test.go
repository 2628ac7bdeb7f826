package app_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// Admins read in their channel, once, that the disk and the database run short and
// that a directory waits for people; the bot is ready all the same.
func TestAlarmsReachAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	w.reply(w.ada, "cloud-settings", discordsim.Args{"requests_channel": w.ops})
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"Name": "main"})
	w.ready(lobby, "1 to add")
	kept := filepath.Join(w.conf.DataDir, "runs", "kept-apply-"+strconv.FormatInt(w.session().Plan.RunID, 10))
	if err := os.Mkdir(kept, 0o700); err != nil {
		t.Fatal(err)
	}
	weekAgo := time.Now().Add(-7 * 24 * time.Hour)
	if err := os.Chtimes(kept, weekAgo, weekAgo); err != nil {
		t.Fatal(err)
	}
	configured(func(c *config.Config) { c.DiskAlarm, c.DatabaseAlarm = 1<<60, 1 })(w)
	for range 2 { // the second start says nothing again
		if err := w.app.Stop(w.ctx); err != nil {
			t.Fatal(err)
		}
		w.start()
		for _, parts := range [][]string{{"runs short", "MiB left on the disk"}, {"runs short", "engine's database has"}, {"runs short", kept, "cloudengine stack state push"}} {
			w.await(w.ops, w.ada, parts[1], discordsim.Containing(parts...))
		}
	}
	w.reply(w.grace, "cloud-deploy", discordsim.Args{"project": "dev", "stack": "other"})
	alarms := 0
	for _, m := range w.ops.Messages(w.ada) {
		if discordsim.Containing("runs short")(m) {
			alarms++
		}
	}
	if alarms != 3 {
		t.Errorf("%d alarms", alarms)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("the directory: %v", err)
	}
}
