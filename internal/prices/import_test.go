package prices

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

const m5 = "ec2.instance/m5.large/linux/shared"

// sell makes the fake sell a machine in some regions.
func (w *world) sell(usd string, regions ...string) {
	w.lists.set(func() {
		for _, r := range regions {
			w.lists.aws["AmazonEC2/"+r] = []row{machineRow("m5.large", usd)}
		}
	})
}

func TestImportAWS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	w.sell("0.107", "eu-west-1", "us-east-1")
	var last Progress
	w.Progress = func(p Progress) { last = p }
	res := w.mustImport("aws")
	w.mustHave("aws", "eu-west-1", map[string]string{m5: "0.107 per hour"})
	w.mustHave("aws", "us-west-2-lax-1", map[string]string{m5: cost.ErrNoRegion.Error()})
	if res.Prices != 2 || res.Resumed || last.Done != last.Parts || last.Parts != 2*len(awsRules.services()) || last.Prices != 2 {
		t.Errorf("got %+v, %+v", res, last)
	}
	all, err := w.PriceSnapshots(w.ctx)
	if err != nil || all[0].SHA256 != res.SHA256 || all[0].Rows != 2 || all[0].Published.Format(time.DateOnly) != "2026-07-20" {
		t.Errorf("got %+v, %v", all, err)
	}
	// An import of one region leaves the other as it was.
	w.sell("0.112", "eu-west-1", "us-east-1")
	w.mustImport("aws", "eu-west-1")
	w.mustHave("aws", "eu-west-1", map[string]string{m5: "0.112 per hour"})
	w.mustHave("aws", "us-east-1", map[string]string{m5: "0.107 per hour"})
}

func TestImportAzure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	w.lists.azure["Virtual Machines"] = append(azureItems(t), azureMachine(t, "uksouth", "Standard_D2as_v5", 0.104))
	res := w.mustImport("azure")
	w.mustHave("azure", "francecentral", map[string]string{"vm/Standard_D2as_v5/linux": "0.101 per hour", "vm/Standard_D2as_v5/windows": "0.193 per hour"})
	w.mustHave("azure", "uksouth", map[string]string{"vm/Standard_D2as_v5/linux": "0.104 per hour", "vm/Standard_D2as_v5/windows": cost.ErrNoPrice.Error()})
	if res.Prices != 3 {
		t.Errorf("%d prices", res.Prices)
	}
	w.lists.forget()
	w.mustImport("azure", "uksouth")
	for _, asked := range w.lists.forget() {
		if !strings.Contains(asked, "armRegionName%20eq%20%27uksouth%27") || strings.Contains(asked, "+") {
			t.Errorf("asked for %s", asked)
		}
	}
}

func TestImportGCP(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	w.lists.gcp[gcpCompute] = []map[string]any{
		gcpLike(t, "Compute", "E2 Instance Core running in Americas", "h", "0", 21_811_590, "us-central1", "us-east1"),
		gcpLike(t, "Compute", "N2 Instance Core running in Americas", "h", "0", 31_611_000, "us-central1"),
		gcpLike(t, "Compute", "E2 Instance Ram running in Americas", "GiBy.h", "0", 2_923_530, "us-central1", "us-east1"),
	}
	w.mustImport("gcp")
	// 4 * 0.02181159 + 16 * 0.00292353 = 0.08724636 + 0.04677648 = 0.13402284
	w.mustHave("gcp", "us-east1", map[string]string{"compute.core/e2": "0.02181159 per vCPU-hour", "compute.instance/e2-standard-4": "0.13402284 per hour"})
	w.mustHave("gcp", "us-central1", map[string]string{"compute.core/n2": "0.031611 per vCPU-hour", "compute.instance/n2-standard-4": cost.ErrNoPrice.Error()})
}

func TestImportOfNothingKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.GCPKey = ""
	for _, test := range []struct {
		provider string
		regions  []string
	}{{"digitalocean", nil}, {"gcp", nil}, {"aws", []string{"EU (Ireland)"}}, {"azure", []string{"x' or 1 eq 1"}}} {
		_, err := w.Import(w.ctx, test.provider, test.regions, func() {})
		if _, said := usererr.Of(err); !said || !strings.Contains(err.Error(), "Nothing was changed.") {
			t.Errorf("%s %v: %v", test.provider, test.regions, err)
		}
	}
	if asked := w.lists.forget(); len(asked) > 0 {
		t.Errorf("asked for %v", asked)
	}
}

// What may pass is tried again, after as long as the server says.
func TestFaultsThatPass(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(w http.ResponseWriter, r *http.Request, nth int) bool{
		"too many requests": func(w http.ResponseWriter, _ *http.Request, nth int) bool {
			if nth%2 == 0 {
				return false
			}
			w.Header().Set("Retry-After", "37")
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		},
		"the server is down": func(w http.ResponseWriter, _ *http.Request, nth int) bool {
			if nth%2 == 0 {
				return false
			}
			w.WriteHeader(http.StatusBadGateway)
			return true
		},
		"a body cut short": func(w http.ResponseWriter, _ *http.Request, nth int) bool {
			if nth%2 == 0 {
				return false
			}
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, `{"Items": [{"currencyCode": "USD", "armReg`)
			return true
		},
		"a body that ends early": func(w http.ResponseWriter, _ *http.Request, nth int) bool {
			if nth%2 == 0 {
				return false
			}
			fmt.Fprint(w, `{"Items": [`)
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.emptyBook()
			w.lists.azure["Virtual Machines"] = azureItems(t)
			w.lists.fault = fault
			w.mustImport("azure")
			w.mustHave("azure", "francecentral", map[string]string{"vm/Standard_D2as_v5/linux": "0.101 per hour"})
			if name == "too many requests" && !slices.ContainsFunc(w.waits, func(d time.Duration) bool { return d == 37*time.Second }) || len(w.waits) == 0 {
				t.Errorf("waited %v", w.waits)
			}
		})
	}
}

// A server that says nothing more is given up, and asked again.
func TestStalledServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	w.stall = 300 * time.Millisecond
	w.lists.azure["Virtual Machines"] = azureItems(t)
	w.lists.fault = func(rw http.ResponseWriter, r *http.Request, nth int) bool {
		if nth != 1 {
			return false
		}
		fmt.Fprint(rw, `{"Items": [`)
		rw.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	w.mustImport("azure")
	if len(w.waits) == 0 {
		t.Error("it was not asked again")
	}
}

// A server that sends elsewhere is not followed.
func TestRedirect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.lists.fault = func(rw http.ResponseWriter, r *http.Request, nth int) bool {
		http.Redirect(rw, r, "/elsewhere", http.StatusFound)
		return true
	}
	_, err := w.Import(w.ctx, "azure", nil, func() {})
	if asked := w.lists.forget(); err == nil || len(asked) != 1 {
		t.Errorf("asked for %v, %v", asked, err)
	}
}

// What will not pass ends the import: the prices before stay, and it is said why.
func TestFaultsThatStay(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		provider string
		spoil    func(f *fake)
		want     string
		tries    int // requests that were repeated
	}{
		"a column is gone": {"aws", func(f *fake) {
			f.header = func(columns []string) []string {
				columns[slices.Index(columns, "Tenancy")] = "Tenure"
				return columns
			}
		}, `no column "Tenancy"`, 0},
		"a row is short": {"aws", func(f *fake) { f.header = func(columns []string) []string { return append(columns, "More") } }, "wrong number of fields", attempts - 1},
		"another format": {"aws", func(f *fake) {
			f.fault = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if !strings.HasSuffix(r.URL.Path, "region_index.json") {
					return false
				}
				fmt.Fprint(w, `{"formatVersion":"v2.0","regions":{"eu-west-1":{}}}`)
				return true
			}
		}, `format "v2.0"`, 0},
		"a page of HTML": {"azure", func(f *fake) {
			f.fault = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				fmt.Fprint(w, "<html>")
				return true
			}
		}, "not JSON", 0},
		"a list under another name": {"gcp", func(f *fake) {
			f.fault = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				fmt.Fprint(w, `{"items": []}`)
				return true
			}
		}, `no "skus"`, 0},
		"no end": {"gcp", func(f *fake) {
			f.fault = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				fmt.Fprintf(w, `{"skus": [], "nextPageToken": %q}`, map[string]string{"": "a", "a": "b", "b": "a"}[r.URL.Query().Get("pageToken")])
				return true
			}
		}, "does not end", 0},
		"refused": {"gcp", func(f *fake) {
			f.fault = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				w.WriteHeader(http.StatusForbidden)
				return true
			}
		}, "answered with 403", 0},
		"down for good": {"gcp", func(f *fake) {
			f.fault = func(http.ResponseWriter, *http.Request, int) bool { panic(http.ErrAbortHandler) }
		}, "EOF", attempts - 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.emptyBook()
			w.sell("0.107", "eu-west-1")
			w.lists.azure["Virtual Machines"] = azureItems(t)
			test.spoil(w.lists)
			_, err := w.Import(w.ctx, test.provider, nil, func() {})
			if text := usererr.Text(err, ""); !strings.Contains(text, "The prices before stay in use") {
				t.Errorf("it says %q", text)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret-key") {
				t.Errorf("got %v", err)
			}
			if len(w.waits) != test.tries {
				t.Errorf("tried again %d times: %v", len(w.waits), w.waits)
			}
			all, err := w.PriceSnapshots(w.ctx)
			if err != nil || slices.ContainsFunc(all, func(s store.PriceSnapshot) bool { return s.State == store.PricesCurrent && s.Provider == test.provider }) {
				t.Errorf("switched to: %+v, %v", all, err)
			}
		})
	}
}

// An import that ends in the middle goes on where it was, and asks for nothing twice
// that it has.
func TestImportGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	for i := range 9 {
		w.lists.azure["Virtual Machines"] = append(w.lists.azure["Virtual Machines"], azureMachine(t, "uksouth", fmt.Sprintf("Standard_D%das_v5", i+1), 0.05*float64(i+1)))
	}
	ctx, kill := context.WithCancel(w.ctx)
	w.lists.fault = func(_ http.ResponseWriter, _ *http.Request, nth int) bool {
		if nth == 4 { // three pages of two were read
			kill()
			panic(http.ErrAbortHandler)
		}
		return false
	}
	if _, err := w.Import(ctx, "azure", nil, func() {}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	if got := w.find("azure", "uksouth", "vm/Standard_D1as_v5/linux"); got != cost.ErrNoRegion.Error() {
		t.Errorf("half a list is in use: %s", got)
	}
	w.lists.set(func() { w.lists.fault = nil })
	w.lists.forget()
	res := w.mustImport("azure")
	first := w.lists.forget()[0]
	if !res.Resumed || res.Prices != 9 || !strings.Contains(first, "skip=6") {
		t.Errorf("got %+v, first asked for %s", res, first)
	}
}

// A kill after a part of several leaves the parts that were done.
func TestImportGoesOnWithTheNextPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	w.sell("0.107", "eu-west-1", "us-east-1")
	w.lists.fault = func(rw http.ResponseWriter, r *http.Request, _ int) bool {
		if strings.Contains(r.URL.Path, "us-east-1/index.csv") {
			rw.WriteHeader(http.StatusNotFound)
			return true
		}
		return false
	}
	if _, err := w.Import(w.ctx, "aws", nil, func() {}); err == nil {
		t.Fatal("it ended without a file")
	}
	w.lists.set(func() { w.lists.fault = nil })
	w.lists.forget()
	w.mustImport("aws")
	for _, asked := range w.lists.forget() {
		if strings.Contains(asked, "AmazonEC2") && strings.Contains(asked, "eu-west-1") {
			t.Errorf("asked again for %s", asked)
		}
	}
	w.mustHave("aws", "eu-west-1", map[string]string{m5: "0.107 per hour"})
	w.mustHave("aws", "us-east-1", map[string]string{m5: "0.107 per hour"})
}

// Two rows of one machine are ambiguous, not the first of them; the same row twice is
// one.
func TestDuplicateRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	w.lists.aws["AmazonEC2/eu-west-1"] = []row{machineRow("m5.large", "0.107"), machineRow("m5.large", "0.108"), machineRow("c5.large", "0.09"), machineRow("c5.large", "0.0900")}
	w.mustImport("aws")
	w.mustHave("aws", "eu-west-1", map[string]string{m5: cost.ErrAmbiguous.Error(), "ec2.instance/c5.large/linux/shared": "0.09 per hour"})
}

// A list that is not plausible is refused with its reasons, and the one before stays.
func TestImplausibleList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	w.sell("0.107", "eu-west-1")
	before := w.mustImport("aws")
	w.sell("0.2", "eu-west-1")
	res, err := w.Import(w.ctx, "aws", nil, func() {})
	if err != nil || len(res.Refused) != 1 || !strings.Contains(res.Refused[0], "from $0.107 to $0.2") {
		t.Errorf("got %+v, %v", res, err)
	}
	w.mustHave("aws", "eu-west-1", map[string]string{m5: "0.107 per hour"})
	// What is sound again is taken, and of what is past the last of its kind is kept.
	w.sell("0.107", "eu-west-1")
	for range 2 {
		if again := w.mustImport("aws"); again.SHA256 != before.SHA256 {
			t.Errorf("the same list has another sum")
		}
	}
	all, err := w.PriceSnapshots(w.ctx)
	var states []store.PriceState
	for _, s := range all {
		if s.Provider == "aws" {
			states = append(states, s.State)
		}
	}
	if err != nil || !slices.Equal(states, []store.PriceState{store.PricesCurrent, store.PricesReplaced, store.PricesRefused}) {
		t.Errorf("kept: %v, %v", states, err)
	}
}

// A list is due when it is a week old; one that was refused the day after; one of some
// regions never replaces the week's.
func TestDue(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC)
	at := func(age time.Duration) *time.Time {
		then := now.Add(-age)
		return &then
	}
	for name, test := range map[string]struct {
		s    store.PriceSnapshot
		want bool
	}{
		"fresh":           {store.PriceSnapshot{State: store.PricesCurrent, Fetched: at(6 * 24 * time.Hour)}, true},
		"a week old":      {store.PriceSnapshot{State: store.PricesCurrent, Fetched: at(7 * 24 * time.Hour)}, false},
		"refused today":   {store.PriceSnapshot{State: store.PricesRefused, Fetched: at(23 * time.Hour)}, true},
		"refused before":  {store.PriceSnapshot{State: store.PricesRefused, Fetched: at(24 * time.Hour)}, false},
		"embedded":        {store.PriceSnapshot{State: store.PricesCurrent, Embedded: true, Fetched: at(0)}, false},
		"of a region":     {store.PriceSnapshot{State: store.PricesCurrent, Regions: []string{"eu-west-1"}, Fetched: at(0)}, false},
		"in the making":   {store.PriceSnapshot{State: store.PricesImporting}, false},
		"replaced before": {store.PriceSnapshot{State: store.PricesReplaced, Fetched: at(0)}, false},
	} {
		if got := isFresh(test.s, now); got != test.want {
			t.Errorf("%s: fresh %t", name, got)
		}
	}
}

// What is due is refreshed once, by whoever comes first.
func TestRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emptyBook()
	w.GCPKey = ""
	w.sell("0.107", "eu-west-1")
	if due, err := w.Due(w.ctx); err != nil || !slices.Equal(due, []string{"aws", "azure"}) {
		t.Errorf("due: %v, %v", due, err)
	}
	if res, err := w.Refresh(w.ctx, "aws"); err != nil || res.Prices != 1 {
		t.Errorf("got %+v, %v", res, err)
	}
	w.lists.forget()
	if _, err := w.Refresh(w.ctx, "aws"); err != nil || len(w.lists.forget()) > 0 {
		t.Errorf("it was read again, %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{"": 0, "37": 37 * time.Second, "-1": 0, "soon": 0, "Mon, 20 Jul 2026 12:01:00 GMT": time.Minute, "Mon, 20 Jul 2026 11:00:00 GMT": 0} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %s", header, got)
		}
	}
}
