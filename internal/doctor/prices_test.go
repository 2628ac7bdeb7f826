package doctor

import (
	"fmt"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/config"
)

// It says how old the prices are, whether the last import was refused and why, and what
// to do where none comes.
func TestPrices(t *testing.T) {
	t.Parallel()
	w := newWorld(t).withDatabase()
	w.Config.Prices.Refresh = true
	w.examine().want(fine, "prices", "none yet: the first start loads those that come with the program")
	conn, err := connect(w.ctx, w.Config.DatabaseURL.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hangUp(w.ctx, conn) })
	look := func() findings { // what was found of the schema stays
		t.Helper()
		return readWhat(t, func(e *exam) {
			e.Config, e.current = w.Config, w.current
			e.prices(w.ctx, conn)
		})
	}
	list := func(provider, state string, embedded bool, days int, reasons string) {
		t.Helper()
		w.exec(fmt.Sprintf(`insert into price_snapshots (provider, source, embedded, state, published, fetched, rows, reasons, created_at)
			values ('%s', '%[2]s %[3]t', %[3]t, '%[2]s', now() - interval '%[4]d days', now() - interval '%[4]d days', 7, '%[5]s', now())`, provider, state, embedded, days, reasons))
	}
	for _, provider := range []string{"aws", "azure", "gcp"} {
		list(provider, "current", true, 100, "{}")
	}
	f := look()
	f.want(warning, "prices", "aws: those that came with the program", "(100 days ago)", "The bot asks for newer ones by itself", "cloudengine prices import aws")
	f.want(warning, "prices", "gcp: those that came with the program", "Set CLOUDENGINE_PRICES_GCP_KEY")
	f.wantProblems()

	w.Config.Prices.Refresh, w.Config.Prices.GCPKey = false, config.NewSecret("secret-key")
	f = look()
	f.want(warning, "prices", "gcp:", "Run `cloudengine prices import gcp`", "CLOUDENGINE_PRICES_REFRESH")

	list("aws", "current", false, 3, "{}")
	list("azure", "current", false, 20, "{}")
	list("azure", "refused", false, 1, `{"machines cost nothing (1 of 2)"}`)
	f = look()
	f.want(fine, "prices", "aws: 7 prices imported on", "(3 days ago)")
	f.want(warning, "prices", "azure: 7 prices imported on", "(20 days ago)", "was refused, and these stay in use: machines cost nothing (1 of 2)", "the provider's own price page", "cloudengine prices import azure --accept-changes")

	w.exec("drop table price_snapshots cascade")
	look().want(problem, "prices", "cannot be read")
}
