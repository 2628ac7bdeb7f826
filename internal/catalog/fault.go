package catalog

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fault is one thing that is wrong with what somebody asked for.
type Fault struct {
	Resource string // label of the resource, where it is not clear from the place
	Field    string // key of the field or variable; empty where none is to blame
	Label    string // the field as people know it
	Got      string // what was typed, shortened; empty for nothing
	Expected string // "a whole number from 1 to 64", or a whole sentence of the module's
}

// maxGot is how much of a wrong value is shown again.
const maxGot = 60

// Text is the fault in one line, without the resource and the field.
func (f Fault) Text() string {
	if f.isSentence() {
		if f.Got == "" {
			return f.Expected
		}
		return fmt.Sprintf("%s is not accepted. %s", f.Got, f.Expected)
	}
	if f.Got == "" {
		return "needed: " + f.Expected + "."
	}
	return fmt.Sprintf("%s is not %s.", f.Got, f.Expected)
}

// String is the fault with its place: `database.db · Storage (GiB): 5 is not a
// whole number from 20 to 1000.`
func (f Fault) String() string {
	var place []string
	for _, s := range []string{f.Resource, f.Label} {
		if s != "" {
			place = append(place, s)
		}
	}
	if len(place) == 0 {
		return f.Text()
	}
	return strings.Join(place, " · ") + ": " + f.Text()
}

// isSentence tells a module's own error message, which is one, from our words,
// which are not.
func (f Fault) isSentence() bool {
	r, _ := utf8.DecodeRuneInString(f.Expected)
	return unicode.IsUpper(r)
}

// shown shortens what was typed to one readable line.
func shown(text string) string {
	line := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, " "))
	return clip(strings.Join(strings.Fields(line), " "), maxGot)
}
