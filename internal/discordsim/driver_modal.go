package discordsim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Modal is a form that a bot opened for a person.
type Modal struct {
	Title      string
	CustomID   string
	Components []Component
	from       *Interaction
}

// Fields are what a person fills into a form, by label or custom id: a
// string for a text, a string, *Member, *Role or *Channel (or a []any of
// them) for a select.
type Fields map[string]any

// Input is one field of a form.
type Input struct {
	Component
	// Name is the label that the person reads.
	Name string
	// Hint is the description under the label.
	Hint string
}

// Inputs lists the fields of the form, in order.
func (m *Modal) Inputs() []Input {
	var out []Input
	for _, c := range m.Components {
		switch {
		case c.Type == typeLabel && c.Component != nil:
			out = append(out, Input{*c.Component, c.Label, c.Description})
		case c.Type == typeActionRow:
			for _, inner := range c.Components {
				out = append(out, Input{inner, inner.Label, ""})
			}
		}
	}
	return out
}

// Input finds a field by label or custom id.
func (m *Modal) Input(name string) (Input, bool) {
	for _, in := range m.Inputs() {
		if in.is(name) {
			return in, true
		}
	}
	return Input{}, false
}

func (in Input) is(name string) bool { return in.Name == name || in.CustomID == name }

// Submit sends a form. Fields that are not given keep what they were
// prefilled with. What the client checks is checked: required fields,
// lengths, numbers of values.
func (m *Member) Submit(ctx context.Context, modal *Modal, fields Fields) (*Interaction, error) {
	return m.submit(ctx, modal, fields, true)
}

// SubmitUnchecked sends a form without the client's checks, as a modified
// client can.
func (m *Member) SubmitUnchecked(ctx context.Context, modal *Modal, fields Fields) (*Interaction, error) {
	return m.submit(ctx, modal, fields, false)
}

// Forge sends a form that no bot opened for them, as a modified client can try:
// as if a button of the message had opened it. Nothing of it is checked.
func (m *Member) Forge(ctx context.Context, msg Message, modal Modal, fields Fields) (*Interaction, error) {
	in, err := m.forged(msg)
	if err != nil {
		return nil, err
	}
	modal.from = in
	return m.submit(ctx, &modal, fields, false)
}

// forged is what would have opened a form.
func (m *Member) forged(msg Message) (*Interaction, error) {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	channel, source, err := m.sourceOf(msg.ChannelID, msg.ID)
	if err != nil {
		return nil, err
	}
	return &Interaction{app: source.app, channel: channel, user: m.User, source: source}, nil
}

func (m *Member) submit(ctx context.Context, modal *Modal, fields Fields, check bool) (*Interaction, error) {
	in, err := m.startSubmit(modal, fields, check)
	if err != nil {
		return nil, fmt.Errorf("form %q: %w", modal.Title, err)
	}
	return in, in.answered(ctx)
}

func (m *Member) startSubmit(modal *Modal, fields Fields, check bool) (*Interaction, error) {
	s := m.sim
	s.mu.Lock()
	defer s.mu.Unlock()
	from := modal.from
	if from.user.ID != m.ID || !from.channel.sees(m.ID) {
		return nil, ErrNotAllowed
	}
	for name := range fields {
		if _, ok := modal.Input(name); !ok {
			return nil, fmt.Errorf("there is no field %q", name)
		}
	}
	fill := &filling{sim: s, channel: from.channel, user: m.ID, resolved: object{}}
	components := []object{}
	for _, c := range modal.Components {
		sent, err := fill.component(c, fields, check)
		if err != nil {
			return nil, err
		}
		components = append(components, sent)
	}
	data := object{"custom_id": modal.CustomID, "components": components}
	if len(fill.resolved) > 0 {
		data["resolved"] = fill.resolved
	}
	in := &Interaction{
		kind: interactionModal, app: from.app, channel: from.channel, user: m.User, source: from.source,
		did: "sent the form [" + modal.Title + "]" + s.describeFields(modal, fields),
	}
	return in, s.deliver(in, data)
}

// component writes one component of a form as Discord sends it back.
func (f *filling) component(c Component, fields Fields, check bool) (object, error) {
	o := object{"type": c.Type, "id": c.ID}
	switch {
	case c.Type == typeLabel:
		inner, err := f.input(Input{*c.Component, c.Label, c.Description}, fields, check)
		o["component"] = inner
		return o, err
	case c.Type == typeActionRow:
		inner, err := f.input(Input{c.Components[0], c.Components[0].Label, ""}, fields, check)
		o["components"] = []object{inner}
		return o, err
	}
	return o, nil
}

// input writes one field.
func (f *filling) input(in Input, fields Fields, check bool) (object, error) {
	o := object{"type": in.Type, "id": in.ID, "custom_id": in.CustomID}
	given, ok := fields[in.Name]
	if !ok {
		given, ok = fields[in.CustomID]
	}
	if in.Type == typeTextInput {
		text := in.Value
		if ok {
			text = fmt.Sprint(given)
		}
		o["value"] = text
		if check {
			return o, in.checkText(text)
		}
		return o, nil
	}
	values := in.preset()
	if ok {
		values = listOf(given)
	}
	ids, err := f.chosen(in, values, check)
	o["values"] = ids
	return o, err
}

// chosen turns what was picked in a form's select into values.
func (f *filling) chosen(in Input, values []any, check bool) ([]string, error) {
	ids := []string{}
	if in.Type == typeFileUpload {
		return ids, nil
	}
	if !check {
		for _, v := range values {
			id, err := f.pickOne(in.Component, v)
			if err != nil {
				id = fmt.Sprint(v)
			}
			ids = append(ids, id)
		}
		return ids, nil
	}
	if len(values) == 0 && !in.isRequired() {
		return ids, nil
	}
	ids, err := f.pick(in.Component, values, max(1, intOr(in.MinValues, 1)))
	if err != nil {
		return nil, fmt.Errorf("field %q: %w", in.Name, err)
	}
	return ids, nil
}

// checkText checks a text the way the client does before it lets it go.
func (in Input) checkText(text string) error {
	n := utf8.RuneCountInString(text)
	least, most := intOr(in.MinLength, 0), intOr(in.MaxLength, 4000)
	switch {
	case n == 0 && in.isRequired():
		return fmt.Errorf("field %q is required", in.Name)
	case n > most, n < least && n > 0:
		return fmt.Errorf("field %q must have %d to %d characters, has %d", in.Name, least, most, n)
	}
	return nil
}

// preset are the values that a select comes with.
func (in Input) preset() []any {
	var out []any
	for _, o := range in.Options {
		if o.Default {
			out = append(out, o.Value)
		}
	}
	for _, d := range in.DefaultValues {
		out = append(out, d.ID)
	}
	return out
}

func listOf(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case []string:
		out := make([]any, 0, len(v))
		for _, s := range v {
			out = append(out, s)
		}
		return out
	}
	return []any{v}
}

func (s *Sim) describeFields(modal *Modal, fields Fields) string {
	var parts []string
	for _, in := range modal.Inputs() {
		for name, v := range fields {
			if in.is(name) {
				shown := []string{}
				for _, x := range listOf(v) {
					shown = append(shown, s.show(x))
				}
				parts = append(parts, in.Name+": "+strings.Join(shown, ", "))
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " " + strings.Join(slices.Compact(parts), " · ")
}
