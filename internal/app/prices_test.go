package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/app"
	"github.com/cloud-engine/cloudengine/internal/cost"
)

// At the first start the embedded list is loaded, and what the providers publish is
// asked for; that none of them answers keeps nobody from starting.
func TestPricesAtTheFirstStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := make(chan string, 100)
	lists := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		rw.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(lists.Close)
	w.conf.Prices.AWS, w.conf.Prices.Azure, w.conf.Prices.GCP = lists.URL, lists.URL, lists.URL
	a, err := app.Start(w.ctx, app.Options{Config: w.conf, Logger: discard, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.WithoutCancel(w.ctx)); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	seed, err := cost.Seed()
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	for _, s := range seed {
		want += len(s.Prices)
	}
	conn, err := pgx.Connect(w.ctx, w.db.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(w.ctx)
	var got int
	if err := conn.QueryRow(w.ctx, "select count(*) from prices p join price_snapshots s on s.id = p.snapshot_id where s.state = 'current' and s.embedded").Scan(&got); err != nil || got != want {
		t.Errorf("%d of %d embedded prices are in use, %v", got, want, err)
	}
	for _, part := range []string{"/offers/v1.0/aws/", "/api/retail/prices"} { // Google Cloud's need a key
		select {
		case path := <-asked:
			if !strings.Contains(path, part) {
				t.Errorf("asked for %s, want %s", path, part)
			}
		case <-w.ctx.Done():
			t.Fatalf("nobody asked for %s", part)
		}
	}
}

// A list in which a machine costs nothing is refused, and admins are told.
func TestRefusedPricesAlarm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lists := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "region_index.json"):
			fmt.Fprint(rw, `{"formatVersion": "v1.0", "regions": {"eu-west-1": {"currentVersionUrl": "/offers/x/index.json"}}}`)
		case strings.HasSuffix(r.URL.Path, "index.csv"):
			fmt.Fprint(rw, freeMachine)
		default:
			rw.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(lists.Close)
	w.conf.Prices.AWS, w.conf.Prices.Azure = lists.URL, lists.URL
	a, err := app.Start(w.ctx, app.Options{Config: w.conf, Logger: slog.New(slog.NewTextHandler(w.logs, nil)), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Stop(context.WithoutCancel(w.ctx)) })
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !strings.Contains(w.logs.String(), "prices/aws") {
		select {
		case <-tick.C:
		case <-w.ctx.Done():
			t.Fatal("no alarm")
		}
	}
	mention(t, w.logs.String(), "machines cost nothing", "those before stay in use")
}

// freeMachine is a price file with the columns of all services.
const freeMachine = `"FormatVersion","v1.0"
"Disclaimer",""
"Publication Date","2026-07-20T00:00:00Z"
"Version","1"
"OfferCode","any"
"SKU","TermType","EffectiveDate","StartingRange","EndingRange","Unit","PricePerUnit","Currency","Location Type","Product Family","Instance Type","Tenancy","Operating System","Pre Installed S/W","CapacityStatus","License Model","usageType","Volume API Name","Volume Type","Database Engine","Deployment Option","Cache Engine"
"S","OnDemand","2026-07-01","0","Inf","Hrs","0","USD","AWS Region","Compute Instance","m5.large","Shared","Linux","NA","Used","No License required","BoxUsage:m5.large","","","","",""
`
