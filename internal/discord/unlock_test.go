package discord

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
)

func TestGoldenUnlock(t *testing.T) {
	t.Parallel()
	golden(t, "form/unlock", drawModal(unlockForm(orchestrator.Lost{Project: "dev", Stack: "web", Session: "4kq2x7", Generation: 3, Host: "host-1", SeenAt: noon})))
}

// The command opens a form that states the risk; with the stack's name typed the
// stack is free.
func TestUnlock(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	w := newWorld(t, setup{clock: func(now time.Time) time.Time { return now.Add(time.Duration(ahead.Load())) }})
	w.approved(w.planned())
	args := discordsim.Args{"project": "dev", "stack": "main"}
	if got := w.says(w.boss.Slash(w.ctx, w.ops, "cloud-unlock", args)); !strings.Contains(got, "`host` reported") || !strings.Contains(got, "Nothing was changed") {
		t.Errorf("while the host is alive: %s", got)
	}
	ahead.Store(int64(3 * time.Minute))
	unlock := func() *discordsim.Modal {
		t.Helper()
		return get(w.boss.Slash(w.ctx, w.ops, "cloud-unlock", args))(w).Modal()
	}
	form := unlock()
	if form == nil || !strings.Contains(form.Title, "main") {
		t.Fatalf("no form: %+v", form)
	}
	if got := w.says(w.boss.Submit(w.ctx, form, discordsim.Fields{"Name of the stack": "mian"})); !strings.Contains(got, "Nothing was unlocked") {
		t.Errorf("another name: %s", got)
	}
	if got := w.session(); got.State != session.Applying {
		t.Fatalf("the session is %s", got.State)
	}
	got := w.says(w.boss.Submit(w.ctx, unlock(), discordsim.Fields{"Name of the stack": "main", "Why": "its machine burnt down"}))
	if !strings.Contains(got, "**dev · main** is unlocked") {
		t.Errorf("unlocked: %s", got)
	}
	w.lobby("Interrupted", "was silent since")
	if got := w.says(w.boss.Submit(w.ctx, form, discordsim.Fields{"Name of the stack": "main"})); !strings.Contains(got, "Nothing was changed") {
		t.Errorf("the form once more: %s", got)
	}
	if got := w.says(w.boss.Slash(w.ctx, w.ops, "cloud-unlock", args)); !strings.Contains(got, "nothing holds it") {
		t.Errorf("the command once more: %s", got)
	}
}

// Only the server's admins see the command; a form that somebody else sends is
// refused.
func TestUnlockIsForAdmins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	if _, err := w.ada.Slash(w.ctx, w.ops, "cloud-unlock", discordsim.Args{"project": "dev", "stack": "main"}); err == nil {
		t.Error("a deployer is shown the command")
	}
	if got := w.says(w.boss.Slash(w.ctx, w.ops, "cloud-unlock", discordsim.Args{"project": "dev", "stack": "main"})); !strings.Contains(got, "There is no stack `main`") {
		t.Errorf("one that is not there: %s", got)
	}
}
