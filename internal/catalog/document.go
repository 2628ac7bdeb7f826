package catalog

import (
	"cmp"
	"fmt"
	"strings"
)

// Markdown is the README of the kind's folder: what it makes, what it asks for, and
// what it gives.
func (k Kind) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n<!-- Written by \"make docs\" from the module beside it. -->\n\n", k.Title)
	if k.Description != "" {
		fmt.Fprintf(&b, "%s\n\n", k.Description)
	}
	k.describeSettings(&b)
	k.describeWires(&b)
	k.describeOutputs(&b)
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (k Kind) describeSettings(b *strings.Builder) {
	fmt.Fprintf(b, "## What it asks for\n\n| setting | takes | unless said otherwise | what it is |\n| --- | --- | --- | --- |\n")
	fmt.Fprintf(b, "| **Name** | %s | | what it is called in its stack |\n", nameRule)
	for i := range k.Variables {
		if v := &k.Variables[i]; v.Asked {
			fmt.Fprintf(b, "| **%s** | %s | %s | %s |\n", cell(v.Label), cell(v.takes()), cell(v.otherwiseWords()), cell(v.summary()))
		}
	}
	b.WriteString("\n")
	for i := range k.Variables {
		if v := &k.Variables[i]; v.Asked && v.explained() {
			fmt.Fprintf(b, "**%s** is one of:\n\n", v.Label)
			for _, o := range v.Options {
				fmt.Fprintf(b, "- `%s`%s\n", o.Value, strings.TrimPrefix(o.Label, o.Value))
			}
			b.WriteString("\n")
		}
	}
}

// takes says what a variable takes; of options that are explained below, that.
func (v *Variable) takes() string {
	if v.explained() {
		return "see below"
	}
	return v.expectation()
}

// explained reports whether the module says what the options stand for.
func (v *Variable) explained() bool {
	for _, o := range v.Options {
		if o.Label != o.Value {
			return true
		}
	}
	return false
}

// otherwiseWords is the default, in words.
func (v *Variable) otherwiseWords() string {
	if v.Required {
		return "must be said"
	}
	shown, ok := display(v.Default)
	switch {
	case !ok || shown == "":
		return "nothing"
	case v.Default == true:
		return "yes"
	case v.Default == false:
		return "no"
	}
	return shown
}

func (k Kind) describeWires(b *strings.Builder) {
	var lines []string
	for i := range k.Variables {
		v := &k.Variables[i]
		if !v.Wired {
			continue
		}
		need := "if there is one"
		switch {
		case v.wire.many:
			need = "of all that there are"
		case v.Required:
			need = "which must be there"
		}
		lines = append(lines, fmt.Sprintf("- `%s` of the stack's %s, %s: %s", v.wire.output, v.wire.kindWords(), need, cmp.Or(v.summary(), v.Label)))
	}
	if len(lines) > 0 {
		fmt.Fprintf(b, "## What it takes from the stack's other resources\n\n%s\n\n", strings.Join(lines, "\n"))
	}
}

func (k Kind) describeOutputs(b *strings.Builder) {
	if len(k.Outputs) == 0 {
		return
	}
	b.WriteString("## What it gives\n\n| output | what it is |\n| --- | --- |\n")
	for _, o := range k.Outputs {
		what := o.Description
		if o.Sensitive {
			what = strings.TrimSpace(what + " Hidden.")
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", o.Name, cell(what))
	}
}

// cell is a text in a cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(strings.TrimSpace(text))
}
