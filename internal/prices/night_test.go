package prices

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// The process that is killed is this test's own program, told by these.
const (
	doomedDatabase = "PRICES_TEST_DATABASE"
	doomedLists    = "PRICES_TEST_LISTS"
)

func importUntilKilled(database, lists string) int {
	ctx := context.Background()
	s, err := open(ctx, database)
	if err == nil {
		_, err = New(Options{Store: s, Azure: lists, Logger: discard}).Import(ctx, "azure", nil, func() {})
	}
	fmt.Fprintln(os.Stderr, err) // it was not killed
	return 1
}

// nine is a list of five pages.
func (w *world) nine() {
	w.emptyBook()
	var list []map[string]any
	for i := range 9 {
		list = append(list, azureMachine(w.t, "uksouth", fmt.Sprintf("Standard_D%das_v5", i+1), 0.05*float64(i+1)))
	}
	w.lists.set(func() { w.lists.azure["Virtual Machines"] = list })
}

// A process that is killed while it waits for a page leaves what it has read to the
// next, which does not wait for a lock of the dead.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.nine()
	waits, ends := make(chan struct{}), make(chan struct{})
	fourth := func(_ http.ResponseWriter, _ *http.Request, nth int) bool {
		if nth != 4 {
			return false
		}
		close(waits)
		<-ends
		panic(http.ErrAbortHandler)
	}
	w.lists.set(func() { w.lists.fault = fourth }) // it is another process that asks
	doomed := exec.CommandContext(w.ctx, os.Args[0])
	doomed.Env = append(os.Environ(), doomedDatabase+"="+w.db.URL, doomedLists+"="+w.lists.URL)
	if err := doomed.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-waits:
	case <-w.ctx.Done():
		t.Error("it did not come to the fourth page")
	}
	_ = doomed.Process.Kill()
	err := doomed.Wait()
	close(ends)
	if err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("it ended by itself: %v", err)
	}
	if got := w.find("azure", "uksouth", "vm/Standard_D1as_v5/linux"); got != cost.ErrNoRegion.Error() {
		t.Errorf("half a list is in use: %s", got)
	}
	w.lists.set(func() { w.lists.fault = nil })
	w.lists.forget()
	res := w.mustImport("azure")
	if first := w.lists.forget()[0]; !res.Resumed || res.Prices != 9 || !strings.Contains(first, "skip=6") {
		t.Errorf("got %+v, first asked for %s", res, first)
	}
}

// Of replicas whose weekly jobs come at once, one reads the list, and the others find
// that it is fresh.
func TestReplicasRefreshAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.nine()
	var done sync.WaitGroup
	for range 3 {
		s, err := open(w.ctx, w.db.URL)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		i := w.replica(s)
		done.Go(func() {
			if _, err := i.Refresh(w.ctx, "azure"); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
	pages := 5 + len(azureRules.services()) - 1
	if asked := w.lists.forget(); len(asked) != pages {
		t.Errorf("%d pages were asked for, and there are %d: %q", len(asked), pages, asked)
	}
	w.mustHave("azure", "uksouth", map[string]string{"vm/Standard_D9as_v5/linux": "0.45 per hour"})
}

// A database that fails in the middle ends the import; what was read before is kept, and
// the prices in use are those before.
func TestDatabaseFailsInTheMiddle(t *testing.T) {
	t.Parallel()
	for name, when := range map[string]string{
		"on a page":     "before insert on prices for each row when (new.key = 'vm/Standard_D5as_v5/linux')",
		"on its place":  "before update on price_parts for each row when (new.pages = 3)",
		"at the switch": "before update on price_snapshots for each row when (new.state = 'current')",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.nine()
			w.exec("create function full_disk() returns trigger language plpgsql as $$ begin raise 'could not extend file' using errcode = 'disk_full'; end $$")
			w.exec("create trigger full_disk " + when + " execute function full_disk()")
			_, err := w.Import(w.ctx, "azure", nil, func() {})
			if text := usererr.Text(err, ""); !strings.Contains(text, "The prices before stay in use") {
				t.Errorf("it says %q, %v", text, err)
			}
			if got := w.find("azure", "uksouth", "vm/Standard_D1as_v5/linux"); got != cost.ErrNoRegion.Error() {
				t.Errorf("half a list is in use: %s", got)
			}
			w.exec("drop function full_disk cascade")
			w.lists.forget()
			if res := w.mustImport("azure"); !res.Resumed || res.Prices != 9 {
				t.Errorf("got %+v", res)
			}
			for _, asked := range w.lists.forget() {
				if strings.Contains(asked, "Virtual%20Machines") && !strings.Contains(asked, "skip") {
					t.Errorf("asked again for %s", asked)
				}
			}
		})
	}
}

// An answer of 400 to a page that the server had named is no end of the list: the
// import ends, and the next one goes on from there.
func TestBadRequestInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.nine()
	w.lists.fault = func(rw http.ResponseWriter, r *http.Request, _ int) bool {
		if !strings.Contains(r.URL.RawQuery, "skip=4") {
			return false
		}
		rw.WriteHeader(http.StatusBadRequest)
		return true
	}
	_, err := w.Import(w.ctx, "azure", nil, func() {})
	var status *statusError
	if !errors.As(err, &status) || !strings.Contains(usererr.Text(err, ""), "the next import goes on from there") {
		t.Errorf("got %v", err)
	}
	if got := w.find("azure", "uksouth", "vm/Standard_D1as_v5/linux"); got != cost.ErrNoRegion.Error() {
		t.Errorf("half a list is in use: %s", got)
	}
	w.lists.set(func() { w.lists.fault = nil })
	w.lists.forget()
	if res := w.mustImport("azure"); res.Prices != 9 || !strings.Contains(w.lists.forget()[0], "skip=4") {
		t.Errorf("got %+v", res)
	}
}

// Where the server names no pages they are counted, and a 400 past the last is the end.
func TestPagesThatAreCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	first, second := mustJSON(t, azureMachine(t, "uksouth", "Standard_D2as_v5", 0.1)), mustJSON(t, azureMachine(t, "uksouth", "Standard_D4as_v5", 0.2))
	w.lists.fault = func(rw http.ResponseWriter, r *http.Request, _ int) bool {
		switch r.URL.Query().Get("$skip") {
		case "":
			fmt.Fprintf(rw, `{"Items": [%s]}`, first)
		case "1":
			fmt.Fprintf(rw, `{"Items": [%s]}`, second)
		default:
			rw.WriteHeader(http.StatusBadRequest)
		}
		return true
	}
	w.mustImport("azure")
	w.mustHave("azure", "uksouth", map[string]string{"vm/Standard_D2as_v5/linux": "0.1 per hour", "vm/Standard_D4as_v5/linux": "0.2 per hour"})
}

// A list of the future is dated today: else it would never be too old.
func TestListOfTheFuture(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	w.sell("0.107", "eu-west-1")
	w.lists.published = "2999-01-01T00:00:00Z"
	w.mustImport("aws")
	all, err := w.PriceSnapshots(w.ctx)
	if err != nil || time.Since(*all[0].Published).Abs() > time.Hour {
		t.Errorf("published %s, %v", all[0].Published, err)
	}
}
