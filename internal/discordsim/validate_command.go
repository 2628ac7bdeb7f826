package discordsim

import (
	"regexp"
	"slices"
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

// ofLength makes a check of the number of characters.
func ofLength(least, most int) func(*fieldErrors, string, string) {
	return func(f *fieldErrors, text, at string) { f.length(at, text, least, most) }
}

// validateText checks a text of a command with its translations, and
// returns how many characters of it count: those of the longest.
func validateText(f *fieldErrors, at, field, text string, known localizations, check func(f *fieldErrors, text, at string)) int {
	check(f, text, join(at, field))
	longest := utf8.RuneCountInString(text)
	for locale, translated := range known {
		path := join(at, field+"_localizations", locale)
		if !slices.Contains(locales, locale) {
			f.add(path, "BASE_TYPE_CHOICES", "Value must be one of {'%s'}.", strings.Join(locales, "', '"))
		}
		check(f, translated, path)
		longest = max(longest, utf8.RuneCountInString(translated))
	}
	return longest
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
			duplicateName(f, join("", i, "name"))
		}
		names[key] = true
	}
	if slash > maxCommands {
		f.add("_", "APPLICATION_COMMANDS_TOO_MANY", "Must be %d or fewer in length.", maxCommands)
	}
}

func duplicateName(f *fieldErrors, at string) {
	f.add(at, "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
}

// validateCommand checks one command and gives it its default type.
func validateCommand(f *fieldErrors, c *command, at string) {
	if c.Type == 0 {
		c.Type = 1
	}
	if c.Type != 1 { // context menu: any name, nothing else
		validateText(f, at, "name", c.Name, c.Names, ofLength(1, 32))
		validateText(f, at, "description", c.Description, c.Descriptions, ofLength(0, 0))
		return
	}
	total := validateText(f, at, "name", c.Name, c.Names, validateName)
	total += validateText(f, at, "description", c.Description, c.Descriptions, ofLength(1, 100))
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
		total += validateText(f, path, "name", o.Name, o.Names, validateName)
		total += validateText(f, path, "description", o.Description, o.Descriptions, ofLength(1, 100))
		if names[o.Name] {
			f.add(join(path, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", "Option name already exists")
		}
		names[o.Name] = true
		if o.Required && optional {
			f.add(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !o.Required
		total += validateOption(f, o, path, depth)
	}
	return total
}
