package doctor

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/prices"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// prices says how old the list prices are that estimates are made of, and why a newer
// list is not.
func (e *exam) prices(ctx context.Context, conn *pgx.Conn) {
	const subject = "prices"
	if !e.current {
		e.skip(subject, "the schema is not this program's")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	list, err := store.PriceSnapshots(ctx, conn)
	var now time.Time
	if err == nil {
		err = conn.QueryRow(ctx, "select now()").Scan(&now)
	}
	if err != nil {
		e.fail(subject, "the price lists cannot be read", ownTables(err), err)
		return
	}
	if len(list) == 0 {
		e.ok(subject, "none yet: the first start loads those that come with the program")
		return
	}
	for _, s := range prices.Standings(list) {
		found := s.Provider + ": " + s.Text(now)
		switch {
		case s.Refused != nil:
			e.warn(subject, found, "Look at the provider's own price page. Where the prices have changed so, `cloudengine prices import "+s.Provider+" --accept-changes` takes them; where its list is wrong there is nothing to do, as it is read again every day.")
		case s.Stale(now):
			e.warn(subject, found, e.bringPrices(s.Provider))
		default:
			e.ok(subject, "%s", found)
		}
	}
}

// bringPrices is what brings a provider's list up to date.
func (e *exam) bringPrices(provider string) string {
	switch {
	case provider == "gcp" && !e.Config.Prices.GCPKey.IsSet():
		return "Set CLOUDENGINE_PRICES_GCP_KEY to an API key, and the bot asks for newer ones every week."
	case !e.Config.Prices.Refresh:
		return "Run `cloudengine prices import " + provider + "`, or set CLOUDENGINE_PRICES_REFRESH to on."
	}
	return "The bot asks for newer ones by itself, while it runs; where it cannot, its log says why. `cloudengine prices import " + provider + "` does so now."
}
