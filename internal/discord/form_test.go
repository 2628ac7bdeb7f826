package discord

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// A form with every field wrong names each of them, and what was typed is there
// again when it is corrected.
func TestCorrectsAForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	lobby := w.deploy()
	form := get(w.ada.Choose(w.ctx, *lobby, "Add resource", "compute_vm"))(w).Modal()
	secret := `${file("/etc/passwd")}`
	in := get(w.ada.SubmitUnchecked(w.ctx, form, discordsim.Fields{"name": "Web \"1\"", "size": "huge", "disk_gib": secret}))(w)
	faults := get(in.Reply(w.ctx))(w)
	for _, want := range []string{"3 fields are wrong", "**Name**: `Web \"1\"` is not", "**Size**: `huge` is not one of small, medium, large", "**Disk (GiB)**: `" + secret + "` is not a whole number"} {
		if !strings.Contains(faults.Text(), want) {
			t.Errorf("the answer lacks %q:\n%s", want, faults.Text())
		}
	}
	if len(w.session().Resources) != 0 {
		t.Error("the resource was added")
	}

	again := get(w.ada.Click(w.ctx, *faults, "Correct"))(w).Modal()
	for field, want := range map[string]string{"name": "Web \"1\"", "disk_gib": secret[:17]} {
		if in, _ := again.Input(field); in.Value != want {
			t.Errorf("%s opens with %q, want %q", field, in.Value, want)
		}
	}
	still := get(w.ada.Submit(w.ctx, again, discordsim.Fields{"name": "web"}))(w)
	w.sees(w.ops, "1 field is wrong", "**Disk (GiB)**")
	if m, ok := w.ops.Message(w.ada, faults.ID); !ok || !strings.Contains(m.Text(), "1 field is wrong") {
		t.Errorf("the faults are not in the place of the former ones: %v", still)
	}
	m, _ := w.ops.Message(w.ada, faults.ID)
	last := get(w.ada.Click(w.ctx, m, "Correct"))(w).Modal()
	if in, _ := last.Input("name"); in.Value != "web" {
		t.Errorf("the corrected name is lost: %q", in.Value)
	}
	get(w.ada.Submit(w.ctx, last, discordsim.Fields{"disk_gib": "40"}))(w)
	w.lobby("Planning", "compute_vm.web", "Disk (GiB) 40")
	if _, ok := w.ops.Message(w.ada, faults.ID); ok {
		t.Error("the faults are still shown")
	}
	if in := get(w.grace.Click(w.ctx, *lobby, "Cancel"))(w); !strings.Contains(w.says(in, nil), "no access to `dev`") {
		t.Error("grace may cancel")
	}
}

// What somebody typed is not lost when the lobby has gone on meanwhile.
func TestKeepsAFormThatComesTooLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	edit := get(w.ada.Choose(w.ctx, *lobby, "Edit", "vpc.main"))(w).Modal()
	if in, _ := edit.Input("cidr"); in.Value != "10.0.0.0/16" {
		t.Errorf("the form opens with %q", in.Value)
	}
	w.add(lobby, "bucket", discordsim.Fields{"name": "files"})
	w.lobby("Planning", "bucket.files")
	late := get(w.ada.Submit(w.ctx, edit, discordsim.Fields{"cidr": "10.9.0.0/16"}))(w)
	refusal := get(late.Reply(w.ctx))(w)
	if !strings.Contains(refusal.Text(), "The plan changed since you looked") || !strings.Contains(refusal.Text(), "What you typed is kept") {
		t.Fatalf("refusal: %s", refusal.Text())
	}
	again := get(w.ada.Click(w.ctx, *refusal, "Correct"))(w).Modal()
	get(w.ada.Submit(w.ctx, again, nil))(w)
	w.lobby("CIDR 10.9.0.0/16")
}

// A kind with more settings than a form has room for shows the rest on demand.
func TestMoreSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.project()
	lobby := w.deploy()
	w.add(lobby, "vpc", discordsim.Fields{"name": "a"})
	w.add(w.lobby("vpc.a"), "vpc", discordsim.Fields{"name": "b"})
	form := get(w.ada.Choose(w.ctx, *w.lobby("vpc.b"), "Add resource", "compute_vm"))(w).Modal()
	in := get(w.ada.Submit(w.ctx, form, discordsim.Fields{"name": "web", "network_id": "vpc.b", "disk_gib": "30"}))(w)
	offer := get(in.Reply(w.ctx))(w)
	if !strings.Contains(offer.Text(), "More can be set: `Public IP`") {
		t.Fatalf("offer: %s", offer.Text())
	}
	w.lobby("compute_vm.web", "Public IP no")
	rest := get(w.ada.Click(w.ctx, *offer, "More settings"))(w).Modal()
	if n := len(rest.Inputs()); n != 1 {
		t.Errorf("the second page has %d fields", n)
	}
	get(w.ada.Submit(w.ctx, rest, discordsim.Fields{"public_ip": "Yes"}))(w)
	w.lobby("compute_vm.web", "Public IP yes", "Disk (GiB) 30", "Network vpc.b")
}

func TestEditsAndRemoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	lobby := w.planned()
	edit := get(w.ada.Choose(w.ctx, *lobby, "Edit", "vpc.main"))(w).Modal()
	get(w.ada.Submit(w.ctx, edit, discordsim.Fields{"name": "core", "nat": "Yes"}))(w)
	lobby = w.lobby("Planning", "`vpc.core`", "NAT yes")
	get(w.ada.Choose(w.ctx, *lobby, "Remove", "vpc.core"))(w)
	w.lobby("Draft", "Nothing here yet")
	old := get(w.ada.Choose(w.ctx, *lobby, "Edit", "vpc.core"))(w)
	if got := w.says(old, nil); !strings.Contains(got, "`vpc.core` is no longer part of this deployment") {
		t.Errorf("edit of what is gone: %s", got)
	}
	if got := w.says(w.ada.Choose(w.ctx, *lobby, "Remove", "vpc.core")); !strings.Contains(got, "plan changed") {
		t.Errorf("remove of what is gone: %s", got)
	}
}

// A correction opens at the first field that is wrong, also where that is so in a region
// in which nothing stands yet.
func TestCorrectsWhatARegionLacks(t *testing.T) {
	t.Parallel()
	known := get(catalog.Installed(""))(&world{t: t})
	c := call{Bot: &Bot{Options: Options{Orchestrator: orchestrator.New(orchestrator.Options{Catalog: known})}}}
	for _, tc := range []struct {
		regions []string
		page    int
	}{{[]string{"germanywestcentral"}, 0}, {[]string{"germanywestcentral", "koreasouth"}, 1}} {
		f, err := c.fillForm(store.Glance{Provider: "azure", Regions: tc.regions}, "s", "database", "")
		if err != nil {
			t.Fatal(err)
		}
		f.Raw = map[string]string{"name": "db", "high_availability": "zone-redundant", "vault_cidrs": "203.0.113.7/32", "size": "GP_Standard_D2ads_v5"}
		if page := f.firstFault(); page != tc.page {
			_, faults := f.Kind.Check(f.Raw)
			t.Errorf("in %q it opens at page %d, want %d; of itself it has %v", tc.regions, page, tc.page, faults)
		}
	}
}
