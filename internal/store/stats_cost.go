package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
)

// ProjectCost is what the stacks of a project cost now, by list prices.
type ProjectCost struct {
	Project  string
	Monthly  decimal.Decimal // USD, of what is priced
	Stacks   int             // that hold something
	Unknown  int             // of these: nobody knows what they cost, and they are not in it
	Unpriced int             // resources that are not in it
	PricesOf string          // day of the oldest price list; empty: no price was found
	Invented bool            // prices of the sandbox are in it
}

// readCosts adds up what stacks cost that hold something.
func (st *Stats) readCosts(ctx context.Context, tx pgx.Tx, f StatsFilter) (err error) {
	st.Costs, err = many[ProjectCost](ctx, tx, `select p.slug as project, coalesce(sum((k.cost->>'monthly')::numeric), 0) as monthly,
		count(*) as stacks, count(*) filter (where k.cost is null) as unknown,
		coalesce(sum(jsonb_array_length(coalesce(k.cost->'unpriced', '[]')) + coalesce((k.cost->>'omitted')::int, 0)), 0) as unpriced,
		coalesce(min(k.cost->>'prices_of'), '') as prices_of, coalesce(bool_or((k.cost->>'invented')::boolean), false) as invented
		from stacks k join projects p on p.id = k.project_id
		where k.guild_id = $1 and k.held <> '[]' and ($2::bigint[] is null or k.project_id = any($2))
		group by p.slug order by 2 desc, 1`, f.GuildID, f.Projects)
	return err
}
