package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/cloud-engine/cloudengine/internal/project"
)

// Kinds find each other by name. A variable called network_id takes the output
// network_id of another resource of the stack; a list called target_ids takes
// the output target_id of every resource that has one. Only names with these
// endings are wired, so that a plain setting which happens to be called like
// some output stays a setting.
var wireEndings = []struct{ one, many string }{
	{"_id", "_ids"}, {"_arn", "_arns"}, {"_address", "_addresses"}, {"_self_link", "_self_links"},
}

// wire says where a variable's value comes from.
type wire struct {
	output string   // the output that it takes
	kinds  []string // kinds that have the output
	many   bool     // it takes the output of all of them, as a list
	// chosenBy is the variable that says which resource is meant: the kind's first that
	// takes something of such a one. They all mean the same resource.
	chosenBy string
}

// choosable reports whether people may say by it which resource is meant.
func (v *Variable) choosable() bool { return v.Wired && v.wire.chosenBy == v.Name }

// wireAll finds each kind's wires. Kinds that cannot be used (a variable that
// nobody can fill in, wires that go in a circle) are left out, which can take a
// wire from others: hence the rounds.
func wireAll(kinds []Kind) ([]Kind, []Problem) {
	var found []Problem
	for {
		for i := range kinds {
			kinds[i].wireUp(kinds)
		}
		usable := make([]Kind, 0, len(kinds))
		for _, k := range kinds {
			bad := k.unfillable()
			if found = append(found, bad...); len(bad) == 0 {
				usable = append(usable, k)
			}
		}
		if len(usable) == len(kinds) {
			i, problem := circle(kinds)
			if i < 0 {
				markOutputs(kinds)
				return kinds, found
			}
			found, usable = append(found, problem), slices.Delete(usable, i, i+1)
		}
		kinds = usable
	}
}

// circle finds kinds that are wired to each other, which Terraform cannot
// build, and the one of them to leave out: that of the latest source.
func circle(kinds []Kind) (int, Problem) {
	worst := -1
	var via Variable
	for i, k := range kinds {
		if v, ok := k.reaches(k.Name, kinds, map[string]bool{}); ok && (worst < 0 || k.order >= kinds[worst].order) {
			worst, via = i, v
		}
	}
	if worst < 0 {
		return -1, Problem{}
	}
	p := problems{source: kinds[worst].source}
	p.at(via.rng, "variable %q is wired to %s, which is wired back to it: Terraform cannot build a circle", via.Name, via.wire.kindWords())
	return worst, p.list[0]
}

// reaches reports whether following wires from k leads to the named kind, and
// by which variable of k.
func (k Kind) reaches(name string, kinds []Kind, seen map[string]bool) (Variable, bool) {
	for _, v := range k.Variables {
		for _, next := range v.wire.kinds {
			if next == name {
				return v, true
			}
			i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == next })
			if seen[next] || i < 0 {
				continue
			}
			seen[next] = true
			if _, ok := kinds[i].reaches(name, kinds, seen); ok {
				return v, true
			}
		}
	}
	return Variable{}, false
}

// wireUp wires the variables of k to outputs of the other kinds.
func (k *Kind) wireUp(kinds []Kind) {
	for i := range k.Variables {
		v := &k.Variables[i]
		if v.role == roleWired { // from a round with more kinds
			v.role, v.Wired, v.wire = roleFixed, false, wire{}
			if v.Asked = askable(v.ty) && !v.Sensitive; v.Asked {
				v.role = roleAsked
			}
			v.Label = v.label()
		}
		if v.role != roleAsked {
			continue
		}
		if w := findWire(*k, *v, kinds); w.output != "" {
			v.role, v.Asked, v.Wired, v.wire = roleWired, false, true, w
			v.Label = clip(humanize(strings.TrimSuffix(v.Name, ending(v.Name))), maxLabel)
		}
	}
	k.choose()
}

// choose finds for each wire the variable by which people choose.
func (k *Kind) choose() {
	for i := range k.Variables {
		v := &k.Variables[i]
		if !v.Wired || v.wire.many {
			continue
		}
		first := slices.IndexFunc(k.Variables, func(x Variable) bool {
			return x.Wired && !x.wire.many && slices.Equal(x.wire.kinds, v.wire.kinds)
		})
		v.wire.chosenBy = k.Variables[first].Name
	}
}

func findWire(k Kind, v Variable, kinds []Kind) wire {
	for _, e := range wireEndings {
		switch {
		case strings.HasSuffix(v.Name, e.one) && v.textual():
			return wireTo(k, v.Name, false, kinds)
		case strings.HasSuffix(v.Name, e.many) && (v.ty.Equals(cty.List(cty.String)) || v.ty.Equals(cty.Set(cty.String))):
			// A list that is called like a list: subnet_ids takes subnet_ids.
			if w := wireTo(k, v.Name, false, kinds); w.output != "" {
				return w
			}
			return wireTo(k, strings.TrimSuffix(v.Name, e.many)+e.one, true, kinds)
		}
	}
	return wire{}
}

func wireTo(k Kind, output string, many bool, kinds []Kind) wire {
	w := wire{many: many}
	for _, other := range kinds {
		if _, ok := other.Output(output); ok && other.Name != k.Name {
			w.output, w.kinds = output, append(w.kinds, other.Name)
		}
	}
	return w
}

// ending is the part of a name that only Terraform needs.
func ending(name string) string {
	for _, e := range wireEndings {
		for _, end := range []string{e.one, e.many} {
			if strings.HasSuffix(name, end) {
				return end
			}
		}
	}
	return ""
}

// markOutputs marks the outputs that other kinds are wired to.
func markOutputs(kinds []Kind) {
	taken := map[string]bool{}
	for _, k := range kinds {
		for _, v := range k.Variables {
			for _, kind := range v.wire.kinds {
				taken[kind+"."+v.wire.output] = true
			}
		}
	}
	for _, k := range kinds {
		for i := range k.Outputs {
			k.Outputs[i].Wired = taken[k.Name+"."+k.Outputs[i].Name]
		}
	}
}

// unfillable names the variables that need a value and cannot get one.
func (k Kind) unfillable() []Problem {
	p := problems{source: k.source}
	for _, v := range k.Variables {
		if !v.Required || v.role != roleFixed {
			continue
		}
		if v.Sensitive {
			p.at(v.rng, "variable %q is a secret without a default: secrets are not asked for in a chat; make it in the module", v.Name)
			continue
		}
		p.at(v.rng, "variable %q has no default, and no form can ask for a value of its type", v.Name)
	}
	return p.list
}

// candidates lists the resources of a stack that the wire could mean, by label.
func (w wire) candidates(stack []project.Resource) []string {
	labels := map[string]bool{}
	for _, r := range stack {
		if slices.Contains(w.kinds, r.Kind) {
			labels[r.Label()] = true
		}
	}
	return slices.Sorted(maps.Keys(labels))
}

// label reads how somebody names the resource that the wire should mean: its
// label, or its name where only one kind can be meant.
func (w wire) label(text string) (string, bool) {
	kind, name, ok := strings.Cut(text, ".")
	if !ok && len(w.kinds) == 1 {
		kind, name = w.kinds[0], text
	}
	return kind + "." + name, slices.Contains(w.kinds, kind) && validName(name)
}

// expectation says what the wire needs.
func (w wire) expectation() string { return "the name of a " + w.kindWords() + " of this stack" }

func (w wire) kindWords() string { return strings.Join(w.kinds, " or ") }

// resolve finds the resources that a wired variable of r takes its value from.
// None is right where the variable has a default.
func (v *Variable) resolve(r project.Resource, stack []project.Resource) (labels []string, fault *Fault) {
	candidates := v.wire.candidates(stack)
	chosen, _ := r.Values[v.wire.chosenBy].(string)
	fault = &Fault{Resource: r.Label(), Field: cmp.Or(v.wire.chosenBy, v.Name), Label: v.Label}
	switch {
	case chosen != "":
		if !slices.Contains(candidates, chosen) {
			fault.Expected = fmt.Sprintf("Uses %s, which is not in this stack: add it, or edit %s.", shown(chosen), r.Label())
			return nil, fault
		}
		return []string{chosen}, nil
	case len(candidates) == 0 && v.Required:
		fault.Expected = fmt.Sprintf("Needs a %s in this stack: add one.", v.wire.kindWords())
		return nil, fault
	case len(candidates) > 1 && !v.wire.many:
		fault.Expected = fmt.Sprintf("Could use %s: edit %s and choose one.", strings.Join(candidates, " or "), r.Label())
		return nil, fault
	}
	return candidates, nil
}
