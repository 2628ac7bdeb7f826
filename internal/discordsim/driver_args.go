package discordsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// filling turns Args into the options of an interaction, checking what
// Discord's client checks.
type filling struct {
	sim         *Sim
	channel     *Channel
	user        string // id of who fills in
	args        Args
	focused     string // the option being completed; nothing is required then
	focusedType int
	resolved    object
}

// options walks into subcommands, then fills the parameters.
func (f *filling) options(words []string, known []commandOption) ([]object, error) {
	if len(words) > 0 {
		for _, o := range known {
			if o.Name == words[0] && (o.Type == optionSubcommand || o.Type == optionGroup) {
				inner, err := f.options(words[1:], o.Options)
				return []object{{"type": o.Type, "name": o.Name, "options": inner}}, err
			}
		}
		return nil, fmt.Errorf("subcommand %q: %w", words[0], ErrUnknownCommand)
	}
	out := []object{}
	used := 0
	for _, o := range known {
		if o.Type == optionSubcommand || o.Type == optionGroup {
			return nil, errors.New("a subcommand is required")
		}
		raw, given := f.args[o.Name]
		if !given {
			if o.Required && f.focused == "" {
				return nil, fmt.Errorf("option %q is required", o.Name)
			}
			continue
		}
		used++
		option := object{"type": o.Type, "name": o.Name}
		if o.Name == f.focused {
			if !o.Autocomplete {
				return nil, fmt.Errorf("option %q has no autocomplete", o.Name)
			}
			f.focusedType = o.Type
			option["value"], option["focused"] = raw, true
		} else {
			value, err := f.value(&o, raw)
			if err != nil {
				return nil, fmt.Errorf("option %q: %w", o.Name, err)
			}
			option["value"] = value
		}
		out = append(out, option)
	}
	if used < len(f.args) {
		for name := range f.args {
			if !slices.ContainsFunc(known, func(o commandOption) bool { return o.Name == name }) {
				return nil, fmt.Errorf("there is no option %q", name)
			}
		}
	}
	return out, nil
}

// value checks and converts one value.
func (f *filling) value(o *commandOption, raw any) (any, error) {
	if len(o.Choices) > 0 {
		for _, c := range o.Choices {
			if c.Name == raw || translate(c.Name, c.Names, f.sim.localeOf(f.user)) == raw || fmt.Sprint(c.Value) == fmt.Sprint(raw) {
				return c.Value, nil
			}
		}
		return nil, fmt.Errorf("%v is not one of the choices", raw)
	}
	switch o.Type {
	case optionString:
		return textValue(o, raw)
	case optionInteger, optionNumber:
		return numberValue(o, raw)
	case optionBoolean:
		if b, ok := raw.(bool); ok {
			return b, nil
		}
	default:
		return f.resolve(o.Type, o.ChannelTypes, raw)
	}
	return nil, fmt.Errorf("%v does not fit the option's type %d", raw, o.Type)
}

func textValue(o *commandOption, raw any) (any, error) {
	s := fmt.Sprint(raw)
	n := utf8.RuneCountInString(s)
	if least, most := intOr(o.MinLength, 0), intOr(o.MaxLength, maxOptionText); n < least || n > most {
		return nil, fmt.Errorf("must have %d to %d characters, has %d", least, most, n)
	}
	return s, nil
}

func numberValue(o *commandOption, raw any) (any, error) {
	n, err := strconv.ParseFloat(fmt.Sprint(raw), 64)
	if err != nil || !fitsNumber(o.Type, n) {
		return nil, fmt.Errorf("%v is not a number of the option's type", raw)
	}
	if o.MinValue != nil && n < *o.MinValue || o.MaxValue != nil && n > *o.MaxValue {
		return nil, fmt.Errorf("%v is out of range", raw)
	}
	return json.Number(strconv.FormatFloat(n, 'f', -1, 64)), nil
}
