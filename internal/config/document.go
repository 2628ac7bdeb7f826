package config

import (
	"fmt"
	"strings"
)

// Variable is one environment variable, for help and documentation.
type Variable struct {
	Name    string
	Default string // as people read it; empty: none
	Help    string // one or more sentences, Markdown
	Secret  bool   // NAME_FILE may name a file with the value instead
}

// Variables lists every setting in the order it is documented.
func Variables() []Variable {
	list := make([]Variable, 0, len(variables))
	for _, v := range variables {
		def := v.shown
		if v.def != "" {
			def = "`" + v.def + "`"
		}
		list = append(list, Variable{Name: v.name, Default: def, Help: v.help, Secret: v.secret})
	}
	return list
}

// Markdown is docs/configuration.md.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- Written by "make docs" from internal/config/variables.go: change it there. -->

Everything is set by environment variables, read once at the start. A fault in
any of them stops the start with one message that names them all.

A secret can be given in a file instead: ` + "`NAME_FILE`" + ` holds the path, ` + "`NAME`" + ` stays
unset. The environment of a process can be read by others of the same user; a
file with mode 0400 is better.

| variable | default | meaning |
| --- | --- | --- |
`)
	for _, v := range Variables() {
		name := "`" + v.Name + "`"
		if v.Secret {
			name += "<br>or `" + v.Name + "_FILE`"
		}
		def := v.Default
		if def == "" {
			def = "none"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, def, v.Help)
	}
	return b.String()
}

// Help is the same list for a terminal.
func Help() string {
	var b strings.Builder
	for _, v := range Variables() {
		b.WriteString(v.Name)
		if v.Secret {
			fmt.Fprintf(&b, " (or %s_FILE)", v.Name)
		}
		b.WriteString("\n    " + strings.ReplaceAll(v.Help, "`", ""))
		if v.Default != "" {
			b.WriteString(" Default: " + strings.ReplaceAll(v.Default, "`", "") + ".")
		}
		b.WriteString("\n")
	}
	return b.String()
}
