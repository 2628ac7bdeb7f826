package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// outbox is what became of the messages that the engine owed Discord.
type outbox struct {
	Waiting int       // to be sent, and due for longer than a moment
	Oldest  time.Time // since when
	Dead    int       // given up of late
	Newest  time.Time // when the newest was
	Reason  string    // why
	Shut    []string  // channels that are deleted, or closed to the bot
}

// How far back is looked, and how long a message may wait.
const (
	deadWithin  = 7 * 24 * time.Hour
	waitsTooFar = 10 * time.Minute
)

// messages looks for messages that did not reach Discord.
func (e *exam) messages(ctx context.Context, conn *pgx.Conn) {
	const subject = "messages"
	if !e.current {
		e.skip(subject, "the schema is not this program's")
		return
	}
	o, err := owed(ctx, conn)
	if err != nil {
		e.fail(subject, "what is owed to Discord cannot be read", ownTables(err), err)
		return
	}
	if o.Dead > 0 {
		e.warn(subject, fmt.Sprintf("%s given up in the last %d days, the newest at %s: %s", count(o.Dead, "message"), deadWithin/(24*time.Hour), o.Newest.UTC().Format("2006-01-02 15:04 MST"), o.Reason),
			"They are not sent any more, and change nothing of what is deployed: `/cloud-show` shows each deployment as it is.")
	}
	if len(o.Shut) > 0 {
		e.warn(subject, "nothing is posted to channels that are deleted, or closed to the bot: "+strings.Join(o.Shut, ", "),
			"Give the bot its permissions there (`cloudengine doctor --channel` and the channel's id names them), and run one of its commands in the channel.")
	}
	if o.Waiting > 0 {
		e.warn(subject, fmt.Sprintf("%s due since %s", count(o.Waiting, "message"), o.Oldest.UTC().Format("2006-01-02 15:04 MST")),
			"A bot that runs and reaches Discord sends them in order. Its log says what keeps it.")
	}
	if o.Dead+len(o.Shut)+o.Waiting == 0 {
		e.ok(subject, "all that was owed to Discord was posted")
	}
}

// mostShut bounds the channels that are named.
const mostShut = 10

func owed(ctx context.Context, conn *pgx.Conn) (outbox, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	rows, err := conn.Query(ctx, `
		with dead as (select dead_at, last_error from outbox where dead_at > now() - $1::interval),
		     waiting as (select not_before from outbox where sent_at is null and dead_at is null and not_before < now() - $2::interval)
		select (select count(*) from waiting) as waiting, coalesce((select min(not_before) from waiting), now()) as oldest,
		       (select count(*) from dead) as dead, coalesce((select max(dead_at) from dead), now()) as newest,
		       coalesce((select last_error from dead order by dead_at desc limit 1), '') as reason,
		       array(select channel_id from shut_channels order by since limit $3) as shut`, deadWithin, waitsTooFar, mostShut)
	if err != nil {
		return outbox{}, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[outbox])
}
