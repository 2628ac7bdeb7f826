package discord

import (
	"fmt"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// What people see where Discord does not take everything.
func TestGoldenOutbox(t *testing.T) {
	t.Parallel()
	applied := sample(t, session.Applied, withRun(store.Run{ID: 12, Status: store.RunSucceeded, StartedAt: at(0), EndedAt: at(72 * time.Second)}, `{"total":1,"done":1,"created":["vpc.main"]}`))
	for name, parts := range map[string]int{"log-in-parts": 3, "log-not-attached": noLog} {
		golden(t, "thread/result-"+name, draw(applied.result([]string{"100"}, parts)))
	}
	golden(t, "thread/shut", draw(applied.shutText()))
	golden(t, "thread/alarm-budget", draw(alarmText(store.Alarm{GuildID: "1", Subject: orchestrator.BudgetAlert + "dev/2026-07/80", Message: "Project `dev` costs $410.00 a month.", ToldAt: noon})))
	golden(t, "thread/alarm", draw(alarmText(store.Alarm{GuildID: "1", Subject: "messages", Message: givenUpText, ToldAt: noon})))

	var lines []store.Line
	for i := range 5 {
		lines = append(lines, store.Line{Seq: 1241 + i, Kind: "created", Text: fmt.Sprintf("bucket.b%d: Creation complete after %d s", i, i)})
	}
	batch := lineBatch{marker: linesMarker(*applied.Run, 1241, 1245), lines: lines, skipped: 1240}
	golden(t, "thread/lines-went-by", draw(text(batch.messages()[0])))
}
