package discordsim

import (
	"math"
	"slices"
	"unicode/utf8"
)

// maxExact is the size up to which Discord takes whole numbers: those that
// a JavaScript number holds exactly.
const maxExact = 1<<53 - 1

// maxOptionText is how long a text option can be.
const maxOptionText = 6000

// channelTypes are the types that an option can ask for: those of guilds.
var channelTypes = []int{0, 2, 4, 5, 10, 11, 12, 13, 14, 15, 16}

// validateOption checks what depends on an option's type, and returns the
// characters that count towards the command's limit.
func validateOption(f *fieldErrors, o *commandOption, at string, depth int) int {
	switch o.Type {
	case optionSubcommand, optionGroup:
		if depth > 1 || o.Type == optionGroup && depth > 0 {
			f.add(join(at, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
		}
		return validateOptions(f, o.Options, join(at, "options"), depth+1)
	case optionString:
		validateLengths(f, o, at)
	case optionInteger, optionNumber:
		validateRange(f, o, at)
	case optionChannel:
		for i, kind := range o.ChannelTypes {
			if !slices.Contains(channelTypes, kind) {
				f.add(join(at, "channel_types", i), "BASE_TYPE_CHOICES", "Value must be one of %v.", channelTypes)
			}
		}
	case optionBoolean, optionUser, optionRole, optionMentionable, optionAttachment:
	default:
		f.add(join(at, "type"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).")
	}
	if (o.Autocomplete || len(o.Choices) > 0) && !o.typed() {
		f.add(join(at, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "Choices and autocomplete are for texts and numbers only")
	}
	if o.Autocomplete && len(o.Choices) > 0 {
		f.add(join(at, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", "Autocomplete and choices are mutually exclusive")
	}
	return validateChoices(f, o.Choices, join(at, "choices"), o.Type)
}

// typed reports whether a value of the option is typed in: a text or a
// number.
func (o *commandOption) typed() bool {
	return o.Type == optionString || o.Type == optionInteger || o.Type == optionNumber
}

// validateLengths checks the bounds of a text.
func validateLengths(f *fieldErrors, o *commandOption, at string) {
	least, most := intOr(o.MinLength, 0), intOr(o.MaxLength, maxOptionText)
	f.number(join(at, "min_length"), least, 0, maxOptionText)
	f.number(join(at, "max_length"), most, 1, maxOptionText)
	if least > most {
		f.add(join(at, "min_length"), "APPLICATION_COMMAND_OPTIONS_MIN_LENGTH_TOO_LARGE", "min_length cannot be greater than max_length")
	}
}

// validateRange checks the bounds of a number.
func validateRange(f *fieldErrors, o *commandOption, at string) {
	for name, bound := range map[string]*float64{"min_value": o.MinValue, "max_value": o.MaxValue} {
		if bound != nil && !fitsNumber(o.Type, *bound) {
			f.add(join(at, name), "NUMBER_TYPE_COERCE", "Value \"%v\" is not a number of the option's type.", *bound)
		}
	}
	if o.MinValue != nil && o.MaxValue != nil && *o.MinValue > *o.MaxValue {
		f.add(join(at, "min_value"), "APPLICATION_COMMAND_OPTIONS_MIN_VALUE_TOO_LARGE", "min_value cannot be greater than max_value")
	}
}

// fitsNumber reports whether a number is one of an option's type.
func fitsNumber(optionType int, n float64) bool {
	if math.Abs(n) > maxExact || math.IsNaN(n) {
		return false
	}
	return optionType == optionNumber || optionType == optionInteger && n == math.Trunc(n)
}

// validateChoices checks what is offered for an option of a type, at
// registration and in answer to an autocomplete. It returns the characters
// that count towards a command's limit.
func validateChoices(f *fieldErrors, choices []Choice, at string, optionType int) int {
	if len(choices) > 25 {
		f.size(at, len(choices), 0, 25)
	}
	total := 0
	for i, c := range choices {
		total += validateText(f, join(at, i), "name", c.Name, c.Names, ofLength(1, 100))
		switch v := c.Value.(type) {
		case string:
			total += utf8.RuneCountInString(v)
			if optionType == optionString {
				f.length(join(at, i, "value"), v, 1, 100)
				continue
			}
		case float64:
			if fitsNumber(optionType, v) {
				continue
			}
		}
		f.add(join(at, i, "value"), "APPLICATION_COMMAND_OPTIONS_CHOICE_TYPE", "The value's type does not fit the option's")
	}
	return total
}
