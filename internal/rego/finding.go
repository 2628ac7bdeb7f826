package rego

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// Limits that keep findings fit to be stored and shown.
const (
	MaxFindings = 100 // of one plan; the last of them counts those left out
	MaxMessage  = 300 // runes of a message; longer ones end in "…"
)

// Others is the Policy of the finding that counts those left out.
const Others = "others"

// findings reads the rows that the query gives: [[policy, severity, [member, ...]], ...].
func findings(rows any, hide *strings.Replacer) ([]plan.Finding, error) {
	var found []plan.Finding
	list, ok := rows.([]any)
	if !ok {
		return nil, fmt.Errorf("the policies gave a %T", rows)
	}
	for _, row := range list {
		cells, _ := row.([]any)
		if len(cells) != 3 {
			return nil, fmt.Errorf("the policies gave a row of %d", len(cells))
		}
		policy, _ := cells[0].(string)
		severity, _ := cells[1].(string)
		members, isSet := cells[2].([]any)
		if !isSet {
			return nil, fmt.Errorf("%s of policy %s is not a set", severity, policy)
		}
		for _, member := range members {
			f := plan.Finding{Policy: policy, Severity: plan.Severity(severity)}
			if !read(member, &f) {
				return nil, fmt.Errorf(`%s of policy %s contains something that is neither a text nor an object such as {"msg": "…", "resource": "…"}`, severity, policy)
			}
			tidy(&f, hide)
			found = append(found, f)
		}
	}
	return limited(found), nil
}

// read takes a member of a deny or a warn in.
func read(member any, f *plan.Finding) (ok bool) {
	switch m := member.(type) {
	case string:
		f.Message = m
		return true
	case map[string]any:
		if f.Message, ok = m["msg"].(string); !ok {
			return false
		}
		resource, given := m["resource"]
		f.Resource, ok = resource.(string)
		return ok || !given || resource == nil
	}
	return false
}

// tidy makes the texts fit to be read: labels for addresses, no secrets, one
// line, an end.
func tidy(f *plan.Finding, hide *strings.Replacer) {
	message := f.Message
	if f.Resource != "" {
		message = plan.Relabel(message, f.Resource)
	}
	f.Message = clip(line(hide.Replace(message)), MaxMessage)
	f.Resource = clip(line(hide.Replace(plan.Label(f.Resource))), plan.MaxValue)
	if f.Message == "" {
		f.Message = "The policy gives no reason."
	}
}

// limited sorts the findings, denials first, and leaves out what is too much.
func limited(found []plan.Finding) []plan.Finding {
	slices.SortFunc(found, func(a, b plan.Finding) int {
		return cmp.Or(strings.Compare(string(a.Severity), string(b.Severity)), strings.Compare(a.Policy, b.Policy),
			strings.Compare(a.Resource, b.Resource), strings.Compare(a.Message, b.Message))
	})
	found = slices.Compact(found)
	if len(found) <= MaxFindings {
		return found
	}
	dropped := found[MaxFindings-1:]
	rest := plan.Finding{Policy: Others, Severity: dropped[0].Severity} // a denial, if any is one
	rest.Message = fmt.Sprintf("%d more findings are not shown.", len(dropped))
	return append(slices.Clone(found[:MaxFindings-1]), rest)
}

// line makes one line of a text, without what a terminal or a reader's eye
// could be misled by: control characters and marks that change the direction.
func line(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Join(strings.Fields(text), " ")
}

func clip(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
