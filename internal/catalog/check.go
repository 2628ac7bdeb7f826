package catalog

import (
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// NameField is the key of the field that every form begins with.
const NameField = "name"

// RegionField is the key of what no form asks for: where a stack is to stand.
const RegionField = "region"

// Check turns what somebody typed, by field key, into a resource; or says
// everything that is wrong with it. An empty or missing field means the
// variable's default.
func (k Kind) Check(raw map[string]string) (project.Resource, []Fault) {
	r := project.Resource{Kind: k.Name, Name: strings.TrimSpace(raw[NameField]), Values: map[string]any{}}
	faults := k.checkName(r.Name)
	values := map[string]cty.Value{}
	var wrong []string
	for _, v := range k.Variables {
		text := strings.TrimSpace(raw[v.Name])
		if text == "" || v.Name == NameField {
			continue
		}
		value, fault := v.take(text)
		if fault != nil {
			faults, wrong = append(faults, *fault), append(wrong, v.Name)
			continue
		}
		values[v.Name] = value
		r.Values[v.Name] = fromCty(value)
	}
	for field := range raw {
		if _, ok := k.Variable(field); !ok && field != NameField {
			faults = append(faults, Fault{Field: field, Label: shown(field), Expected: "There is no such setting."})
		}
	}
	faults = append(faults, k.checkRules(instance{Resource: r, home: true}, values, wrong)...)
	if len(faults) > 0 {
		k.sortFaults(faults)
		return project.Resource{}, faults
	}
	return r, nil
}

// take reads one field.
func (v *Variable) take(text string) (cty.Value, *Fault) {
	fault := Fault{Field: v.Name, Label: v.Label, Got: shown(text), Expected: v.expectation()}
	switch {
	case v.Asked:
		if value, ok := v.parse(text); ok {
			return value, nil
		}
		if v.textual() {
			fault.Expected = "text without control characters"
		}
	case v.choosable():
		if label, ok := v.wire.label(text); ok {
			return cty.StringVal(label), nil
		}
		fault.Expected = v.wire.expectation()
	default:
		fault.Expected = "Nobody can set this."
	}
	return cty.NilVal, &fault
}

func (k Kind) checkName(name string) []Fault {
	if validName(name) {
		return nil
	}
	return []Fault{{Field: NameField, Label: "Name", Got: shown(name), Expected: nameRule}}
}

// checkRules evaluates what the module demands of values that obey their types.
// The region is empty where it is not known yet.
func (k Kind) checkRules(i instance, values map[string]cty.Value, wrong []string) []Fault {
	known := map[string]cty.Value{}
	for _, v := range k.Variables {
		value, given := values[v.Name]
		switch {
		case v.role == roleEngine && v.Name == "name" && validName(i.Name):
			known[v.Name] = cty.StringVal(i.called())
		case v.role == roleEngine && (v.Name == "region" || v.Name == "home_region") && i.region != "":
			known[v.Name] = cty.StringVal(i.region)
		case given && v.Asked:
			known[v.Name] = value
		}
	}
	vars := k.scope(known, wrong)
	var faults []Fault
	for _, v := range k.Variables {
		_, given := known[v.Name]
		switch {
		case slices.Contains(wrong, v.Name):
		case v.Asked && v.Required && !given:
			faults = append(faults, Fault{Field: v.Name, Label: v.Label, Expected: v.expectation()})
		default:
			faults = append(faults, v.checkRules(vars, known[v.Name])...)
		}
	}
	return faults
}

// checkRules says the first rule of v that the value breaks: the others are
// often the same fault again.
func (v Variable) checkRules(vars, value cty.Value) []Fault {
	for _, r := range v.rules {
		if r.holds(vars) {
			continue
		}
		got := ""
		if value != cty.NilVal {
			got, _ = display(fromCty(value))
		}
		return []Fault{r.fault(v, vars, shown(got))}
	}
	return nil
}

// sortFaults puts them in the order of the form.
func (k Kind) sortFaults(faults []Fault) {
	rank := func(f Fault) int {
		if f.Field == NameField {
			return -1
		}
		if i := slices.IndexFunc(k.Variables, func(v Variable) bool { return v.Name == f.Field }); i >= 0 {
			return i
		}
		return len(k.Variables)
	}
	slices.SortStableFunc(faults, func(a, b Fault) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a.Field, b.Field)
	})
}

// Raw is the opposite of Check: what to fill a form with, so that it can be
// edited.
func (k Kind) Raw(r project.Resource) map[string]string {
	raw := map[string]string{NameField: r.Name}
	for _, v := range k.Variables {
		value, ok := r.Values[v.Name]
		if !ok || !(v.Asked || v.choosable()) {
			continue
		}
		if text, ok := display(value); ok {
			raw[v.Name] = text
		}
	}
	return raw
}

// Setting is a value of a resource, as people read it.
type Setting struct {
	Name    string
	Label   string
	Value   string
	Default bool // nobody chose it
}

// Settings lists what a resource is set to, defaults included, in the order of
// the form.
func (k Kind) Settings(r project.Resource) []Setting {
	var settings []Setting
	for _, v := range k.Variables {
		value, given := r.Values[v.Name]
		if !v.Asked && !(v.choosable() && given) {
			continue
		}
		if !given {
			value = v.Default
		}
		text, _ := display(value)
		settings = append(settings, Setting{Name: v.Name, Label: v.Label, Value: text, Default: !given})
	}
	return settings
}
