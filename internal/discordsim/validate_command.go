package discordsim

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxCommands is how many slash commands one scope takes.
const maxCommands = 100

// maxCommandText is how many characters one command may have in all.
const maxCommandText = 8000

// namePattern is what the documentation asks of the names of commands and
// options; in scripts with case they are lowercase on top.
var namePattern = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

func validateName(f *fieldErrors, name, at string) {
	if !namePattern.MatchString(name) || strings.ToLower(name) != name {
		f.add(at, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
}

func validateCommands(f *fieldErrors, list []*command) {
	names := map[string]bool{}
	slash := 0
	for i, c := range list {
		validateCommand(f, c, join("", i))
		if c.Type == 1 {
			slash++
		}
		key := join(c.Name, c.Type)
		if names[key] {
			f.add(join("", i, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
		}
		names[key] = true
	}
	if slash > maxCommands {
		f.add("_", "APPLICATION_COMMANDS_TOO_MANY", "Must be %d or fewer in length.", maxCommands)
	}
}

// validateCommand checks one command and gives it its default type.
func validateCommand(f *fieldErrors, c *command, at string) {
	if c.Type == 0 {
		c.Type = 1
	}
	if c.Type != 1 { // context menu: any name, nothing else
		f.length(join(at, "name"), c.Name, 1, 32)
		f.length(join(at, "description"), c.Description, 0, 0)
		return
	}
	validateName(f, c.Name, join(at, "name"))
	f.length(join(at, "description"), c.Description, 1, 100)
	total := utf8.RuneCountInString(c.Name) + utf8.RuneCountInString(c.Description)
	total += validateOptions(f, c.Options, join(at, "options"), 0)
	if total > maxCommandText {
		f.add(join(at, "options"), "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (%d)", maxCommandText)
	}
}

// validateOptions checks a list of options and returns the characters that
// count towards a command's limit. depth is 0 at the command, 1 in a group
// or subcommand, 2 in a subcommand of a group.
func validateOptions(f *fieldErrors, options []commandOption, at string, depth int) int {
	if len(options) > 25 {
		f.size(at, len(options), 0, 25)
	}
	total, optional := 0, false
	names := map[string]bool{}
	for i := range options {
		o := &options[i]
		path := join(at, i)
		validateName(f, o.Name, join(path, "name"))
		f.length(join(path, "description"), o.Description, 1, 100)
		if names[o.Name] {
			f.add(join(path, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		}
		names[o.Name] = true
		if o.Required && optional {
			f.add(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !o.Required
		total += utf8.RuneCountInString(o.Name) + utf8.RuneCountInString(o.Description)
		total += validateOption(f, o, path, depth)
	}
	return total
}

func validateOption(f *fieldErrors, o *commandOption, at string, depth int) int {
	total := 0
	switch o.Type {
	case optionSubcommand, optionGroup:
		if depth > 1 || o.Type == optionGroup && depth > 0 {
			f.add(join(at, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and sub-command group option types are mutually exclusive to all other types")
		}
		return validateOptions(f, o.Options, join(at, "options"), depth+1)
	case optionString, optionInteger, optionNumber:
	case optionBoolean, optionUser, optionChannel, optionRole, optionMentionable, optionAttachment:
		if o.Autocomplete || len(o.Choices) > 0 {
			f.add(join(at, "choices"), "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "Choices and autocomplete are for texts and numbers only")
		}
	default:
		f.add(join(at, "type"), "BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11).")
	}
	if o.Autocomplete && len(o.Choices) > 0 {
		f.add(join(at, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", "Autocomplete and choices are mutually exclusive")
	}
	validateChoices(f, o.Choices, join(at, "choices"), o.Type)
	for _, c := range o.Choices {
		total += utf8.RuneCountInString(c.Name)
		if s, ok := c.Value.(string); ok {
			total += utf8.RuneCountInString(s)
		}
	}
	return total
}

// validateChoices checks what is offered for an option of a type, at
// registration and in answer to an autocomplete.
func validateChoices(f *fieldErrors, choices []Choice, at string, optionType int) {
	if len(choices) > 25 {
		f.size(at, len(choices), 0, 25)
	}
	for i, c := range choices {
		f.length(join(at, i, "name"), c.Name, 1, 100)
		switch v := c.Value.(type) {
		case string:
			if optionType == optionString {
				f.length(join(at, i, "value"), v, 1, 100)
				continue
			}
		case float64:
			if optionType == optionNumber || optionType == optionInteger {
				continue
			}
		}
		f.add(join(at, i, "value"), "APPLICATION_COMMAND_OPTIONS_CHOICE_TYPE", "The value's type does not fit the option's")
	}
}
