package plan

import "strings"

// Label is the short name people know an address by. Module calls of a stack
// are named "<kind>-<name>", a kind has no dash, so
//
//	module.compute_vm-web.terraform_data.this  -> compute_vm.web
//	module.compute_vm-web.terraform_data.disk  -> compute_vm.web (terraform_data.disk)
//	module.vpc-main[0].aws_vpc.this["a"]       -> vpc.main[0]["a"]
//	module.vpc-main_us-east-1.aws_vpc.this     -> vpc.main@us-east-1
//
// An address outside such a module stays as it is.
func Label(address string) string {
	steps := split(address)
	if len(steps) < 2 || steps[0] != "module" {
		return address
	}
	name, index := cutIndex(steps[1])
	kind, rest, ok := strings.Cut(name, "-")
	if !ok || kind == "" || rest == "" {
		return address
	}
	rest = strings.Replace(rest, RegionMark, "@", 1)
	label := kind + "." + rest + index
	inner := steps[2:]
	if len(inner) == 0 {
		return label
	}
	if last, key := cutIndex(inner[len(inner)-1]); last == "this" && inner[0] != "data" && len(inner) >= 2 {
		inner = inner[:len(inner)-2] // the type goes with the name
		if len(inner) == 0 {
			return label + key
		}
		if key != "" {
			return label + " (" + strings.Join(inner, ".") + key + ")"
		}
	}
	return label + " (" + strings.Join(inner, ".") + ")"
}

// RegionMark stands in a module's name before the region in which it stands, where
// that is not the stack's own. Names of resources have none.
const RegionMark = "_"

// Region is where the change is, by the name of its module; empty for the stack's own
// region, and for what stands in none.
func (c Change) Region() string {
	_, rest, _ := strings.Cut(c.Module, "-")
	_, region, _ := strings.Cut(rest, RegionMark)
	return region
}

// Relabel puts labels in the place of the given address wherever a text
// mentions it.
func Relabel(text, address string) string {
	if address == "" {
		return text
	}
	return strings.ReplaceAll(text, address, Label(address))
}

// moduleName is the name of the outermost module call of an address.
func moduleName(address string) string {
	steps := split(address)
	if len(steps) < 2 || steps[0] != "module" {
		return ""
	}
	name, _ := cutIndex(steps[1])
	return name
}

// split cuts an address at its dots, leaving those inside an index alone:
// module.a["x.y"].b has three steps.
func split(address string) []string {
	var steps []string
	start, inQuote, depth := 0, false, 0
	for i := 0; i < len(address); i++ {
		switch c := address[i]; {
		case inQuote && c == '\\':
			i++
		case c == '"':
			inQuote = !inQuote
		case inQuote:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == '.' && depth <= 0:
			steps = append(steps, address[start:i])
			start = i + 1
		}
	}
	return append(steps, address[start:])
}

// cutIndex parts `web["a"]` into `web` and `["a"]`.
func cutIndex(step string) (name, index string) {
	if i := strings.IndexByte(step, '['); i >= 0 {
		return step[:i], step[i:]
	}
	return step, ""
}
