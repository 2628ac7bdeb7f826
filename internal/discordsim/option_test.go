package discordsim_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

func (w *world) commands() string {
	return "/applications/" + w.app.ID + "/guilds/" + w.guild.ID + "/commands"
}

func optionOf(kind int, name string, more ...any) object {
	o := object{"type": kind, "name": name, "description": "d"}
	for i := 0; i < len(more); i += 2 {
		o[more[i].(string)] = more[i+1]
	}
	return o
}

// choicesOf makes choices of values named after them.
func choicesOf(values ...any) []object {
	var out []object
	for i, v := range values {
		out = append(out, object{"name": fmt.Sprint("choice ", i), "value": v})
	}
	return out
}

func TestOptionLimits(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for name, test := range map[string]struct {
		option object
		ok     bool
	}{
		"every bound of a text":        {optionOf(3, "o", "min_length", 0, "max_length", 6000), true},
		"min_length 6001":              {optionOf(3, "o", "min_length", 6001), false},
		"max_length 0":                 {optionOf(3, "o", "max_length", 0), false},
		"min_length over max_length":   {optionOf(3, "o", "min_length", 3, "max_length", 2), false},
		"every bound of a number":      {optionOf(10, "o", "min_value", -0.5, "max_value", 0.5), true},
		"min_value over max_value":     {optionOf(4, "o", "min_value", 3, "max_value", 2), false},
		"half an integer":              {optionOf(4, "o", "min_value", 0.5), false},
		"what a number holds":          {optionOf(4, "o", "max_value", 1<<53-1), true},
		"more than a number holds":     {optionOf(4, "o", "max_value", 1<<53), false},
		"text channels and threads":    {optionOf(7, "o", "channel_types", []int{0, 11, 12}), true},
		"a direct message as a type":   {optionOf(7, "o", "channel_types", []int{1}), false},
		"choices of numbers":           {optionOf(10, "o", "choices", choicesOf(0.5, 1)), true},
		"choices of integers":          {optionOf(4, "o", "choices", choicesOf(1, 2)), true},
		"half an integer as a choice":  {optionOf(4, "o", "choices", choicesOf(0.5)), false},
		"a text as a choice of number": {optionOf(4, "o", "choices", choicesOf("1")), false},
		"choices of booleans":          {optionOf(5, "o", "choices", choicesOf("yes")), false},
		"26 choices":                   {optionOf(3, "o", "choices", choicesOf(repeatAny(26)...)), false},
		"autocomplete of a user":       {optionOf(6, "o", "autocomplete", true), false},
		"autocomplete of a number":     {optionOf(10, "o", "autocomplete", true), true},
		"autocomplete and choices":     {optionOf(3, "o", "autocomplete", true, "choices", choicesOf("x")), false},
		"type 12":                      {optionOf(12, "o"), false},
	} {
		a := w.call(t, "PUT", w.commands(), []object{{"name": "c", "description": "d", "options": []object{test.option}}})
		if test.ok != (a.status == 200) {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
}

func repeatAny(n int) []any {
	var out []any
	for i := range n {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

// What a person fills in reaches the bot with the type of its option.
func TestOptionsOfEveryType(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	role, secret := b.guild.NewRole("infra"), b.guild.NewPrivateChannel("secret", b.app)
	stranger := b.NewGuild("Other").Owner()
	b.grace.SetBot(true)
	a := b.call(t, "PUT", b.commands(), []object{{"name": "fill", "description": "d", "options": []object{
		optionOf(3, "text", "min_length", 2, "max_length", 4), optionOf(4, "integer", "min_value", 1, "max_value", 9),
		optionOf(10, "number", "max_value", 1.5), optionOf(5, "boolean"), optionOf(6, "user"), optionOf(8, "role"),
		optionOf(7, "channel", "channel_types", []int{0}), optionOf(9, "anybody"), optionOf(4, "choice", "choices", choicesOf(3, 7)),
	}}})
	if a.status != 200 {
		t.Fatal(a.body)
	}
	thread := b.call(t, "POST", "/channels/"+b.ops.ID+"/threads", object{"name": "thread", "type": 11}).body["id"]
	for _, test := range []struct {
		option string
		value  any
		want   any // as JSON decodes it; nil: the client refuses
	}{
		{"text", "four", "four"}, {"text", "x", nil}, {"text", "fives", nil},
		{"integer", 9, 9.0}, {"integer", 10, nil}, {"integer", 0, nil}, {"integer", 1.5, nil}, {"integer", "many", nil},
		{"number", -1.25, -1.25}, {"number", 2, nil}, {"number", "NaN", nil},
		{"boolean", false, false}, {"boolean", "no", nil},
		{"user", b.ada, b.ada.ID}, {"user", stranger, stranger.ID}, {"user", stranger.ID, stranger.ID}, {"user", sim.User{ID: "1"}, nil}, {"user", role, nil},
		{"role", role, role.ID}, {"role", b.ada, nil},
		{"channel", b.ops, b.ops.ID}, {"channel", thread, nil}, {"channel", secret, nil},
		{"anybody", b.grace, b.grace.ID}, {"anybody", role.ID, role.ID}, {"anybody", b.ops, nil},
		{"choice", "choice 1", 7.0}, {"choice", 3, 3.0}, {"choice", 4, nil},
	} {
		act := func(ctx context.Context) (*sim.Interaction, error) {
			return b.ada.Slash(ctx, b.ops, "fill", sim.Args{test.option: test.value})
		}
		if test.want == nil {
			if _, err := act(testContext(t)); err == nil || errors.Is(err, sim.ErrNoResponse) {
				t.Errorf("%s %v: sent", test.option, test.value)
			}
			continue
		}
		i, done := b.do(t, act)
		b.callback(t, i, 4, object{"content": "x"})
		<-done
		data := i.ApplicationCommandData()
		if got := data.Options[0]; got.Name != test.option || got.Value != test.want {
			t.Errorf("%s %v: %v", test.option, test.value, got)
		}
		checkResolved(t, b, data, stranger)
	}
	b.assertClean(t)
}

// checkResolved checks that what an option names comes with it, and nothing
// else: of somebody who is no member, the user alone.
func checkResolved(t *testing.T, b *inbox, data dg.ApplicationCommandInteractionData, stranger *sim.Member) {
	t.Helper()
	id, isID := data.Options[0].Value.(string)
	r := data.Resolved
	if !isID || data.Options[0].Name == "text" {
		if r != nil {
			t.Errorf("%s: resolved = %+v", data.Options[0].Name, r)
		}
		return
	}
	if n := len(r.Users) + len(r.Roles) + len(r.Channels); n != 1 {
		t.Errorf("%s: %d resolved", id, n)
	}
	switch {
	case r.Users[id] != nil:
		if (r.Members[id] == nil) != (id == stranger.ID) || r.Users[id].Bot != (id == b.grace.ID) {
			t.Errorf("user %+v, member %+v", r.Users[id], r.Members[id])
		}
		if id == b.ada.ID && sim.Permissions(r.Members[id].Permissions) != b.ada.Permissions(b.ops) {
			t.Errorf("permissions = %d", r.Members[id].Permissions)
		}
	case r.Roles[id] != nil:
		if r.Roles[id].Name != "infra" {
			t.Errorf("role = %+v", r.Roles[id])
		}
	case r.Channels[id] != nil:
		if r.Channels[id].Name != "ops" {
			t.Errorf("channel = %+v", r.Channels[id])
		}
	default:
		t.Errorf("%s is not resolved", id)
	}
}

// A select of channels offers the types that it names.
func TestChannelSelectOffersItsTypes(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	m := b.mustPost(t, object{"content": "x", "components": []object{rowOf(object{"type": 8, "custom_id": "where", "channel_types": []int{11}})}})
	if _, err := b.ada.Choose(testContext(t), m, "where", b.ops); err == nil {
		t.Error("a text channel was chosen where threads are asked for")
	}
}
