package orchestrator_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
)

// soldIn lets each region lack sizes of machines.
func (w *world) soldIn(without map[string][]string) {
	var places []catalog.Place
	for _, region := range []string{"eu-1", "eu-2", "us-1", "ap-1"} {
		p := catalog.Place{Region: region, Answered: true}
		for _, size := range without[region] {
			p.Without = append(p.Without, "compute_vm.size="+size)
		}
		places = append(places, p)
	}
	w.UsePlaces(map[string][]catalog.Place{"sandbox": places})
}

// lacks fails unless a form is refused for one size.
func lacks(t *testing.T, err error, text string) {
	t.Helper()
	var faults *orchestrator.FormError
	if !errors.As(err, &faults) || len(faults.Faults) != 1 || faults.Faults[0].Field != "size" || faults.Faults[0].Text() != text {
		t.Errorf("got %v: %+v, want %s", err, faults, text)
	}
}

// A size that is not sold in one of the deployment's regions is refused in the form.
func TestSizesThatAreNotSold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.soldIn(map[string][]string{"us-1": {"small", "medium"}})
	s := w.startIn("", "eu-1", "us-1")
	w.unchanged(s.ID, func() {
		lacks(t, w.PutResource(w.ctx, by(dev), form(s, "compute_vm", "web")), "small is not sold in us-1. There: large.")
	})
	w.must(w.PutResource(w.ctx, by(dev), form(s, "compute_vm", "web", "size", "large")))
	if got := w.session(s.ID); got.State != session.Planning {
		t.Errorf("it is %s: %q", got.State, got.Problems)
	}
}

// What stands is not refused when it is no longer sold, and may be changed otherwise; a
// change to it is, and so is the next region that it is to stand in.
func TestSizesThatAreNoLongerSold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.startIn("")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	w.must(w.PutResource(w.ctx, by(dev), form(s, "compute_vm", "web")))
	w.appliedIn(w.session(s.ID), wrote(0, 1))
	w.soldIn(map[string][]string{"eu-1": {"small"}, "us-1": {"small"}})

	next := w.startIn("")
	edit := form(next, "compute_vm", "web", "image", "ubuntu-24.04")
	edit.Editing = "compute_vm.web"
	w.must(w.PutResource(w.ctx, by(dev), edit))
	next = w.session(next.ID)
	if next.State != session.Planning {
		t.Fatalf("it is %s: %q", next.State, next.Problems)
	}
	lacks(t, w.PutResource(w.ctx, by(dev), form(next, "compute_vm", "api")), "small is not sold in eu-1. There: medium, large.")
	if _, err := w.Cancel(w.ctx, by(dev), next.ID, next.Generation); err != nil {
		t.Fatal(err)
	}

	more := w.startIn("", "eu-1", "us-1")
	w.must(w.Refresh(w.ctx, by(dev), more.ID, more.Generation))
	want := "compute_vm.web · Size: small is not sold in us-1. There: medium, large."
	if more = w.session(more.ID); !slices.Equal(more.Problems, []string{want}) {
		t.Errorf("it is %s: %q, want %q", more.State, more.Problems, want)
	}
}

// A region that is gone is one problem, and each has its own.
func TestRegionsThatAreGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.startIn("web", "eu-1", "us-1", "ap-1")
	w.must(w.PutResource(w.ctx, by(dev), form(s, "vpc", "main")))
	s = w.wantState(s.ID, session.Planning)
	w.UsePlaces(map[string][]catalog.Place{"sandbox": {{Region: "eu-1", Answered: true}, {Region: "eu-2", Answered: true}}})
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	var want []string
	for _, gone := range []string{"ap-1", "us-1"} {
		want = append(want, "There is no region `"+gone+"` to deploy to. Nothing was changed. Choose one of: `eu-1`, `eu-2`.")
	}
	if s = w.wantState(s.ID, session.Draft); !slices.Equal(s.Problems, want) {
		t.Errorf("problems %q, want %q", s.Problems, want)
	}
}

// A stack in a region that is gone cannot be changed; it can be exported and destroyed.
func TestRegionThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 3)
	w.UsePlaces(map[string][]catalog.Place{"sandbox": {{Region: "eu-2", Answered: true}}})
	files, err := w.ExportStack(w.ctx, mending("web"))
	w.must(err)
	if string(files["terraform.tfstate"]) != "state 3" || !strings.Contains(string(files[catalog.RootFile]), `"vpc-main"`) || !strings.Contains(string(files[catalog.ValuesFile]), `"eu-1"`) {
		t.Errorf("exported %q", files)
	}
	s := w.draft("web")
	w.must(w.Refresh(w.ctx, by(dev), s.ID, s.Generation))
	want := []string{"Stack `web` stands in `eu-1`, to which nothing can be deployed any more. Nothing was changed. It can only be destroyed."}
	if s = w.wantState(s.ID, session.Draft); !slices.Equal(s.Problems, want) {
		t.Errorf("problems %q, want %q", s.Problems, want)
	}
	_, err = w.CancelUnseen(w.ctx, by(dev), s.ID)
	w.must(err)
	s, err = w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Destroy: true})
	w.must(err)
	w.planned(w.wantState(s.ID, session.Planning), destroys)
}
