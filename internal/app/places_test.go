package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/fakehcloud"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/worker"
)

// What a provider said, whoever asked it, is taken up by a bot that runs, and by one that
// starts; what is not sold any more is refused in the form, and what stands may stay.
func TestRegionsAreTakenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start().project()
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"})
	w.click(w.grace, w.ready(lobby, "2 to add"), "Approve & Deploy")
	w.lobby(lobby, "Applied")

	err := w.store().InTx(w.ctx, func(tx *store.Tx) error {
		return tx.ReplacePlaces(w.ctx, "sandbox", []catalog.Place{
			{Region: "eu-1", Answered: true, Without: []string{"compute_vm.size=small"}, Fetched: tx.Now}, {Region: "mars-1", Fetched: tx.Now},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"eu-1 · Europe 1 (Frankfurt)", "mars-1"}
	w.eventually("the answer to be taken up", func() bool { return slices.Equal(w.offered("sandbox"), want) })
	w.restart()
	if got := w.offered("sandbox"); !slices.Equal(got, want) {
		t.Errorf("after a restart it offers %q", got)
	}

	lobby = w.deploy(w.grace, nil)
	said := w.said(w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "api"}))
	mention(t, said, "1 field is wrong", "`small` is not sold in eu-1", "There: medium, large")
	w.add(w.grace, lobby, "bucket", discordsim.Fields{"name": "files"})
	w.ready(lobby, "1 to add")
}

// refreshed asks Hetzner for its regions as an operator does, beside the bot.
func (w *hetznerWorld) refreshed(profile string) (worker.Places, error) {
	w.t.Helper()
	modules, err := catalog.Installed(w.conf.Templates)
	if err != nil {
		w.t.Fatal(err)
	}
	return app.RefreshPlaces(w.ctx, app.Options{Config: w.conf, Logger: discard}, worker.PlacesRequest{
		Modules: modules, Provider: "hetzner", Use: credentials.Use{Profile: profile, Provider: "hetzner", Operator: true},
		Parallel: 2, Asked: func(string, int, int, error) {},
	})
}

// offered are the regions that the bot offers for a new project.
func (w *world) offered(provider string) []string {
	w.t.Helper()
	choices, err := w.ada.Complete(w.ctx, w.ops, "cloud-create-project", discordsim.Args{"project_id": "dev", "provider": provider}, "region", "")
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, c := range choices {
		names = append(names, c.Name)
	}
	return names
}

// Hetzner, through its real provider, has a location more and no longer sells a size in
// another: the running bot offers the one and refuses the other, and says what there is.
func TestHetznerRegionsAreTakenUp(t *testing.T) {
	t.Parallel()
	w := newHetzner(t, fakehcloud.Options{})
	w.token("hetzner-dev", hcloudToken)
	w.start()
	w.create("hetzner-dev", "✅ The cloud takes the credentials.")
	before := w.offered("hetzner")
	if slices.Contains(before, "mars1") || !slices.Contains(before, "fsn1 · Germany (Falkenstein)") {
		t.Fatalf("it offers %q", before)
	}

	w.cloud.Open("mars1")
	w.cloud.Withdraw("cx23", "fsn1")
	told, stop := w.store().Subscribe(store.TopicPlaces, "")
	defer stop()
	res, err := w.refreshed("hetzner-dev")
	if err != nil || len(res.Doubts) > 0 || len(res.Regions) != 7 || !slices.Equal(res.New, []string{"mars1"}) || len(res.Kept) > 0 {
		t.Fatalf("%+v, %v", res, err)
	}
	select {
	case <-told:
	case <-w.ctx.Done():
		t.Fatal("nobody was told")
	}
	w.eventually("the new region to be offered", func() bool { return slices.Equal(w.offered("hetzner"), append(before, "mars1")) })

	w.reply(w.ada, "cloud-grant", discordsim.Args{"to": w.grace, "project": "dev", "level": "deploy"})
	lobby := w.deploy(w.grace, nil)
	w.add(w.grace, lobby, "vpc", discordsim.Fields{"name": "main"})
	said := w.said(w.add(w.grace, lobby, "compute_vm", discordsim.Fields{"name": "web"}))
	mention(t, said, "1 field is wrong", "**Size**: `cx23` is not sold in fsn1", "There: cx33, cx43, ccx13")
	w.ready(lobby, "3 to add")
}

// A token that Hetzner does not take leaves everything as it was.
func TestHetznerRegionsNeedAToken(t *testing.T) {
	t.Parallel()
	w := newHetzner(t, fakehcloud.Options{})
	wrong := strings.Repeat("Wr0ngT0k", 8)
	w.token("hetzner-dev", wrong)
	w.readStore = w.openStore()
	res, err := w.refreshed("hetzner-dev")
	if err == nil || !strings.Contains(err.Error(), "unauthorized") || strings.Contains(err.Error(), wrong) {
		t.Errorf("%+v, %v", res, err)
	}
	if found, err := w.store().Places(w.ctx); err != nil || len(found) > 0 {
		t.Errorf("it is kept: %v, %v", found, err)
	}
}
