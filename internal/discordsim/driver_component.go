package discordsim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
)

// Click presses a button of a message by its label or custom id. The
// message is what the person saw: an old snapshot sends what its button
// said then, and Discord passes that on. Missing, disabled and link buttons
// are refused here, as nobody can press them.
func (m *Member) Click(ctx context.Context, msg Message, button string) (*Interaction, error) {
	b, ok := msg.Button(button)
	if !ok {
		return nil, fmt.Errorf("no button %q in %q", button, msg.Text())
	}
	return m.Press(ctx, msg.ChannelID, msg.ID, b)
}

// Choose picks values in a select menu, found by its placeholder or custom
// id: options by label or value, or *Member, *Role and *Channel.
func (m *Member) Choose(ctx context.Context, msg Message, menu string, values ...any) (*Interaction, error) {
	s, ok := msg.Select(menu)
	if !ok {
		return nil, fmt.Errorf("no select menu %q in %q", menu, msg.Text())
	}
	return m.Press(ctx, msg.ChannelID, msg.ID, s, values...)
}

// Press does what Click and Choose do, with the component as the person saw
// it in the message of that channel; values are those of Choose, or their ids.
func (m *Member) Press(ctx context.Context, channelID, messageID string, c Component, values ...any) (*Interaction, error) {
	if err := c.pressable(); err != nil {
		return nil, err
	}
	in, err := m.startPress(channelID, messageID, c, values)
	if err != nil {
		return nil, err
	}
	return in, in.answered(ctx)
}

// pressable says why nobody can press a component, if so.
func (c Component) pressable() error {
	kind, name := "button", cmp.Or(c.Label, c.Placeholder, c.CustomID)
	if c.IsSelect() {
		kind = "select menu"
	} else if c.Type != typeButton {
		return fmt.Errorf("a component of type %d cannot be pressed", c.Type)
	}
	switch {
	case c.Disabled:
		return fmt.Errorf("%s %q is disabled", kind, name)
	case c.Style == StyleLink, c.Style == StylePremium:
		return fmt.Errorf("%s %q is a link", kind, name)
	}
	return nil
}

func (m *Member) startPress(channelID, messageID string, c Component, values []any) (*Interaction, error) {
	s := m.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	channel, source, err := m.sourceOf(channelID, messageID)
	if err != nil {
		return nil, err
	}
	data := object{"component_type": c.Type, "custom_id": c.CustomID, "id": c.ID}
	if c.IsSelect() {
		fill := &filling{sim: s, channel: channel, user: m.ID, resolved: object{}}
		ids, err := fill.pick(c, values, intOr(c.MinValues, 1))
		if err != nil {
			return nil, err
		}
		data["values"] = ids
		if len(fill.resolved) > 0 {
			data["resolved"] = fill.resolved
		}
	}
	in := &Interaction{kind: interactionComponent, app: source.app, channel: channel, user: m.User, source: source, did: s.describePress(c, values)}
	return in, s.deliver(in, data)
}

// sourceOf finds the message that something is done with, which must be a bot's
// and one that the person sees. s.mu is held.
func (m *Member) sourceOf(channelID, messageID string) (*Channel, *message, error) {
	channel := m.sim.channels[channelID]
	if channel == nil {
		return nil, nil, fmt.Errorf("channel %s: %w", channelID, ErrNotAllowed)
	}
	source := channel.find(messageID)
	switch {
	case source == nil:
		return nil, nil, errors.New("the message is gone")
	case !source.visible(m.ID) || !channel.sees(m.ID):
		return nil, nil, ErrNotAllowed
	case source.app == nil:
		return nil, nil, errors.New("the message is not a bot's")
	}
	return channel, source, nil
}

// describePress writes what a person did with a component.
func (s *Sim) describePress(c Component, values []any) string {
	name := cmp.Or(c.Label, c.Placeholder, c.CustomID)
	if !c.IsSelect() {
		return "pressed [" + name + "]"
	}
	shown := make([]string, 0, len(values))
	for _, v := range values {
		shown = append(shown, s.show(v))
	}
	return fmt.Sprintf("chose %s in [%s]", strings.Join(shown, ", "), name)
}

// pick turns what a person chose into a select menu's values.
func (f *filling) pick(c Component, values []any, least int) ([]string, error) {
	if n, most := len(values), intOr(c.MaxValues, 1); n < least || n > most {
		return nil, fmt.Errorf("choose %d to %d values, not %d", least, most, n)
	}
	ids := []string{}
	for _, v := range values {
		id, err := f.pickOne(c, v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.sim.show(v), err)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (f *filling) pickOne(c Component, v any) (string, error) {
	if c.Type == typeStringSelect {
		for _, o := range c.Options {
			if v == o.Label || v == o.Value {
				return o.Value, nil
			}
		}
		return "", errors.New("no such option")
	}
	kind := map[int]int{
		typeUserSelect: optionUser, typeRoleSelect: optionRole,
		typeMentionableSelect: optionMentionable, typeChannelSelect: optionChannel,
	}[c.Type]
	id, err := f.resolve(kind, c.ChannelTypes, v)
	if err != nil {
		return "", err
	}
	return id.(string), nil
}
