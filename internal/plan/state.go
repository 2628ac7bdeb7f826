package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// stateFile is what is read of a state file (format 4).
type stateFile struct {
	Resources []struct {
		Module    string `json:"module"`
		Mode      string `json:"mode"`
		Type      string `json:"type"`
		Name      string `json:"name"`
		Instances []struct {
			Key     any    `json:"index_key"`
			Deposed string `json:"deposed"`
		} `json:"instances"`
	} `json:"resources"`
}

func readState(raw []byte) (stateFile, error) {
	var state stateFile
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.UseNumber()
	if err := dec.Decode(&state); err != nil {
		return stateFile{}, fmt.Errorf("read state: %w", err)
	}
	return state, nil
}

// Modules returns the addresses of the modules that have an object in a state file
// (format 4), each once.
func Modules(raw []byte) ([]string, error) {
	state, err := readState(raw)
	if err != nil {
		return nil, err
	}
	var modules []string
	for _, r := range state.Resources {
		if r.Mode == "managed" && len(r.Instances) > 0 && r.Module != "" && !slices.Contains(modules, r.Module) {
			modules = append(modules, r.Module)
		}
	}
	return modules, nil
}

// Present returns those of the addresses at which a state file (format 4) has an
// object that Terraform manages now. Others Terraform would leave out of what it
// is asked to replace, without a word.
func Present(raw []byte, addresses []string) ([]string, error) {
	if len(raw) == 0 || len(addresses) == 0 {
		return nil, nil
	}
	state, err := readState(raw)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			if r.Mode != "managed" || i.Deposed != "" {
				continue
			}
			address := r.Type + "." + r.Name + index(i.Key)
			if r.Module != "" {
				address = r.Module + "." + address
			}
			there[address] = true
		}
	}
	var present []string
	for _, a := range addresses {
		if there[a] && !slices.Contains(present, a) {
			present = append(present, a)
		}
	}
	return present, nil
}

// index writes an instance's key as addresses have it.
func index(key any) string {
	switch k := key.(type) {
	case json.Number:
		return "[" + k.String() + "]"
	case string:
		return "[" + quoted(k) + "]"
	}
	return ""
}

// quoted writes a text as Terraform does in addresses: as HCL takes it, where a
// template would begin too.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '"' || r == '\\':
			b.WriteRune('\\')
			b.WriteRune(r)
		case (r == '$' || r == '%') && strings.HasPrefix(s[i+1:], "{"):
			b.WriteRune(r)
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r < 1<<16:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// ResourceOf is the resource of a stack, by its label, that an address is a part
// of, and its region where that is not the stack's own; empty for what belongs to none.
func ResourceOf(address string) (label, region string) {
	module, _ := cutIndex(moduleName(address))
	kind, rest, ok := strings.Cut(module, "-")
	if !ok {
		return "", ""
	}
	name, region, _ := strings.Cut(rest, RegionMark)
	return kind + "." + name, region
}
