package catalog

import (
	"cmp"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// What a form of Discord can show. Text that is longer is clipped here, so that
// no module can make a form fail.
const (
	maxLabel   = 45
	maxHelp    = 100
	maxOption  = 100
	maxOptions = 25
	maxText    = 4000
	// PageSize is how many fields one form shows at once.
	PageSize = 5
)

// Input says how a field is filled in.
type Input string

// The inputs.
const (
	InputText      Input = "text"
	InputParagraph Input = "paragraph"
	InputSelect    Input = "select"
	InputBoolean   Input = "boolean" // a choice of the texts true and false
)

// Form asks for what a resource needs: its name, then the kind's variables.
type Form struct {
	Title  string
	Fields []Field
}

// Field is one question of a form. Key is its key in the map that Check takes.
type Field struct {
	Key      string
	Label    string // at most 45 characters
	Help     string // at most 100
	Input    Input
	Options  []Option // at most 25, for a select
	Required bool
	Default  string
	Max      int // characters, for text
}

// Pages splits the fields so that each page fits a form; the first page holds
// the name.
func (f Form) Pages() [][]Field { return slices.Collect(slices.Chunk(f.Fields, PageSize)) }

// With fills the form in with what was typed before, by field key, so that it
// can be edited or corrected. A choice that is not offered stays as it was.
func (f Form) With(raw map[string]string) Form {
	f.Fields = slices.Clone(f.Fields)
	for i, field := range f.Fields {
		text, ok := raw[field.Key]
		switch {
		case !ok:
		case field.Input == InputBoolean && text != "true" && text != "false":
		case field.Input == InputSelect && !slices.ContainsFunc(field.Options, func(o Option) bool { return o.Value == text }):
		default:
			f.Fields[i].Default = text
		}
	}
	return f
}

// Form is the form of the kind. Given the resources of the stack, it also asks
// which of several resources to use, where the stack leaves that open.
func (k Kind) Form(stack ...project.Resource) Form {
	form := Form{Title: clip(k.Title, maxLabel), Fields: []Field{{
		Key: NameField, Label: "Name", Help: "Small letters, digits and dashes, such as web or db-1.",
		Input: InputText, Required: true, Max: maxName,
	}}}
	for _, v := range k.Variables {
		if candidates := v.wire.candidates(stack); v.choosable() && len(candidates) > 1 {
			form.Fields = append(form.Fields, v.choice(candidates))
		}
	}
	var later []Field
	for _, v := range k.Variables {
		switch {
		case !v.Asked:
		case v.Required:
			form.Fields = append(form.Fields, v.field())
		default:
			later = append(later, v.field())
		}
	}
	form.Fields = append(form.Fields, later...)
	return form
}

// field asks for a variable.
func (v *Variable) field() Field {
	f := Field{
		Key: v.Name, Label: v.Label, Help: clip(cmp.Or(v.summary(), v.Label), maxHelp),
		Input: InputText, Required: v.Required, Max: maxText,
	}
	f.Default, _ = display(v.Default)
	switch {
	case v.selectable():
		f.Input, f.Options, f.Max = InputSelect, slices.Clone(v.Options), 0
	case v.ty == cty.Bool:
		f.Input, f.Max = InputBoolean, 0
	case v.ty == cty.Number:
		f.Max = maxDigits + 2 // a sign and a point
	case v.several():
		f.Input = InputParagraph
	default:
		if v.MaxLength > 0 {
			f.Max = min(v.MaxLength, maxText)
		}
		if v.MaxLength > maxLine {
			f.Input = InputParagraph
		}
	}
	return f
}

// maxLine is the longest text that is still asked for on one line.
const maxLine = 300

// selectable reports whether the options fit a select.
func (v *Variable) selectable() bool {
	return len(v.Options) > 0 && len(v.Options) <= maxOptions &&
		!slices.ContainsFunc(v.Options, func(o Option) bool { return clip(o.Value, maxOption) != o.Value })
}

// choice asks which resource a wired variable means.
func (v *Variable) choice(candidates []string) Field {
	f := Field{
		Key: v.Name, Label: v.Label, Help: clip(cmp.Or(v.summary(), v.Label), maxHelp),
		Input: InputSelect, Required: true,
	}
	if len(candidates) > maxOptions {
		f.Input, f.Max = InputText, maxOption
		return f
	}
	for _, c := range candidates {
		f.Options = append(f.Options, Option{Value: c, Label: c})
	}
	return f
}
