package discordsim_test

import (
	"context"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	sim "github.com/cloud-engine/cloudengine/internal/discordsim"
)

// A form that no bot opened reaches the bot as if a message's button had opened it.
func TestForgedForm(t *testing.T) {
	t.Parallel()
	b := mustInbox(t, unlimited)
	m, i, done := b.lobby(t)
	b.callback(t, i, 6, nil)
	<-done
	form := sim.Modal{Title: "Forged", CustomID: "s/2/form", Components: []sim.Component{
		{Type: 18, Label: "Name", Component: &sim.Component{Type: 4, CustomID: "name"}},
	}}
	i, done = b.do(t, func(ctx context.Context) (*sim.Interaction, error) {
		return b.grace.Forge(ctx, m, form, sim.Fields{"name": "x"})
	})
	data := i.ModalSubmitData()
	if in := data.Components[0].(*dg.Label).Component.(*dg.TextInput); data.CustomID != "s/2/form" || in.Value != "x" {
		t.Errorf("sent: %+v", data)
	}
	if i.Member.User.ID != b.grace.ID || i.Message == nil || i.Message.ID != m.ID {
		t.Errorf("the interaction: %+v", i)
	}
	b.callback(t, i, 6, nil)
	if p := <-done; p.err != nil {
		t.Error(p.err)
	}
	b.grace.Leave()
	if _, err := b.grace.Forge(testContext(t), m, form, nil); err == nil {
		t.Error("sent by who is gone")
	}
}
