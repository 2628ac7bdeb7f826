package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

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
