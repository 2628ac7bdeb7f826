package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// What somebody fills in arrives as what it is, whatever it is.
func TestOptionsOfEveryKind(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{idle: true})
	var o options
	every := &command{definition: everyOption(), access: anybody, run: func(_ context.Context, _ *call, filled options) (picture, error) {
		o = filled
		return text("ok"), nil
	}}
	w.must(everyText(t).localize(every.definition))
	w.bot.commands = append(w.bot.commands, every)
	w.start(w.bot)

	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-every", discordsim.Args{
		"who": w.grace, "text": " x ", "level": "admin", "cloud": "sandbox", "flag": true, "count": 20,
		"channel": w.ops, "whom": w.boss,
	}))
	if o.user("who").ID != w.grace.ID || o.user("whom").ID != w.boss.ID || o.role("whom") != nil {
		t.Errorf("people: %+v, %+v, %+v", o.user("who"), o.user("whom"), o.role("whom"))
	}
	if m := o.member("who"); m == nil || m.JoinedAt.IsZero() {
		t.Errorf("member: %+v", m)
	}
	if c := o.channel("channel"); c == nil || c.ID != w.ops.ID {
		t.Errorf("channel: %+v", c)
	}
	if got := fmt.Sprint(o.text("text"), o.text("level"), o.text("cloud"), o.flag("flag"), o.int("count"), o.given("flag"), o.given("role")); got != "xadminsandboxtrue 20 true false" {
		t.Errorf("values: %s", got)
	}

	everyone := w.guild.Everyone()
	w.says(w.ada.Slash(w.ctx, w.ops, "cloud-every", discordsim.Args{"who": w.grace, "role": everyone, "whom": everyone, "flag": false}))
	if o.role("role") == nil || o.role("whom") == nil || o.user("whom") != nil || o.member("whom") != nil {
		t.Errorf("roles: %+v, %+v", o.role("role"), o.role("whom"))
	}
	if o.flag("flag") || !o.given("flag") {
		t.Error("a no is not the same as nothing")
	}

	for what, args := range map[string]discordsim.Args{
		"too many":        {"count": 21},
		"too few":         {"count": 0},
		"too long":        {"text": "123456789012345678901234567890123"},
		"no choice":       {"level": "deploy"},
		"a role as a who": {"role": w.ada},
	} {
		args["who"] = w.grace
		if _, err := w.ada.Slash(w.ctx, w.ops, "cloud-every", args); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}

// What was not filled in, and what Discord would not send, is nothing.
func TestOptionsThatAreNotThere(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"no options":      `{}`,
		"nulls":           `{"options": null, "resolved": null}`,
		"other types":     `{"options": [{"name": "x", "type": 3, "value": {}}]}`,
		"not in resolved": `{"options": [{"name": "x", "type": 6, "value": "5"}], "resolved": {"users": {}}}`,
	} {
		var data discordgo.ApplicationCommandInteractionData
		if err := json.Unmarshal([]byte(raw), &data); err != nil {
			t.Fatal(err)
		}
		o := readOptions(data)
		if o.user("x") != nil || o.member("x") != nil || o.role("x") != nil || o.channel("x") != nil || o.flag("x") || o.int("x") != 0 {
			t.Errorf("%s: %+v", name, o)
		}
	}
}
