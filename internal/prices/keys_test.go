package prices

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/cost/mapping"
)

// In a pattern of keys, * is any text without a slash, and # any text at all.

// mappedKeys are the patterns of the keys that the mapping files look up, by provider.
func mappedKeys(t *testing.T) map[string][]string {
	t.Helper()
	names, err := fs.Glob(mapping.Files, "*.hcl")
	if err != nil || len(names) == 0 {
		t.Fatalf("%d mapping files, %v", len(names), err)
	}
	keys := map[string][]string{}
	for _, name := range names {
		raw, err := mapping.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, faults := hclsyntax.ParseConfig(raw, name, hcl.InitialPos)
		if faults.HasErrors() {
			t.Fatal(faults)
		}
		body := file.Body.(*hclsyntax.Body)
		given, ok := body.Attributes["provider"]
		if !ok {
			continue // of no provider
		}
		provider := patterns{}.of(given.Expr)[0]
		for _, b := range body.Blocks {
			if b.Type != "type" {
				continue
			}
			all := append([]*hclsyntax.Body{b.Body}, included(t, body, b.Body)...)
			own := patterns{}
			for _, b := range all {
				own.addLocals(b)
			}
			for _, b := range all {
				for _, part := range b.Blocks {
					if key, ok := part.Body.Attributes["key"]; ok {
						keys[provider] = append(keys[provider], own.of(key.Expr)...)
					}
				}
			}
		}
	}
	for provider, list := range keys {
		keys[provider] = slices.Compact(slices.Sorted(slices.Values(list)))
	}
	return keys
}

// included are the components of a file that a type includes.
func included(t *testing.T, file, of *hclsyntax.Body) (all []*hclsyntax.Body) {
	t.Helper()
	include, ok := of.Attributes["include"]
	if !ok {
		return nil
	}
	names, faults := include.Expr.Value(nil)
	if faults.HasErrors() {
		t.Fatal(faults)
	}
	for _, b := range file.Blocks {
		if b.Type == "components" && slices.ContainsFunc(names.AsValueSlice(), func(n cty.Value) bool { return n.AsString() == b.Labels[0] }) {
			all = append(all, b.Body)
		}
	}
	return all
}

// patterns tell what an expression may come to, by the locals that it is made of.
type patterns map[string]hclsyntax.Expression

func (p patterns) addLocals(body *hclsyntax.Body) {
	for _, b := range body.Blocks {
		if b.Type != "locals" {
			continue
		}
		for name, a := range b.Body.Attributes {
			p[name] = a.Expr
		}
	}
}

func (p patterns) of(e hclsyntax.Expression) []string {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		if e.Val.Type() == cty.String && !e.Val.IsNull() {
			return []string{e.Val.AsString()}
		}
		return nil // null, and numbers are no keys
	case *hclsyntax.TemplateExpr:
		all := []string{""}
		for _, part := range e.Parts {
			all = product(all, p.of(part))
		}
		return all
	case *hclsyntax.TemplateWrapExpr:
		return p.of(e.Wrapped)
	case *hclsyntax.ParenthesesExpr:
		return p.of(e.Expression)
	case *hclsyntax.ConditionalExpr:
		return append(p.of(e.TrueResult), p.of(e.FalseResult)...)
	case *hclsyntax.FunctionCallExpr:
		return p.ofCall(e)
	case *hclsyntax.ScopeTraversalExpr:
		if len(e.Traversal) == 2 && e.Traversal.RootName() == "local" {
			if expr, ok := p[e.Traversal[1].(hcl.TraverseAttr).Name]; ok {
				return p.of(expr)
			}
		}
	}
	return []string{"*"}
}

func (p patterns) ofCall(e *hclsyntax.FunctionCallExpr) (all []string) {
	switch e.Name {
	case "fail":
		return nil
	case "assume", "coalesce", "try":
		args := e.Args
		if e.Name == "assume" {
			args = args[:2]
		}
		for _, arg := range args {
			all = append(all, p.of(arg)...)
		}
		return all
	case "lookup":
		object, ok := e.Args[0].(*hclsyntax.ObjectConsExpr)
		if !ok || len(e.Args) < 3 {
			return []string{"*"}
		}
		for _, item := range object.Items {
			all = append(all, p.of(item.ValueExpr)...)
		}
		return append(all, p.of(e.Args[2])...)
	case "lower", "upper", "trimprefix", "trimsuffix":
		for _, value := range p.of(e.Args[0]) {
			switch e.Name {
			case "lower":
				value = strings.ToLower(value)
			case "upper":
				value = strings.ToUpper(value)
			case "trimprefix":
				value = strings.TrimPrefix(value, p.of(e.Args[1])[0])
			case "trimsuffix":
				value = strings.TrimSuffix(value, p.of(e.Args[1])[0])
			}
			all = append(all, value)
		}
		return all
	case "azure_disk":
		return []string{"#"} // of several words
	}
	return []string{"*"}
}

func product(heads, tails []string) (all []string) {
	for _, head := range heads {
		for _, tail := range tails {
			all = append(all, head+tail)
		}
	}
	return all
}

var alternatives = regexp.MustCompile(`\(\?P<([a-z]+)>([A-Za-z0-9 |-]*)\)`)

// broughtKeys are the patterns of the keys that a provider's importer makes.
func broughtKeys(rules ruleset) (keys []string) {
	for _, r := range rules {
		words := map[string][]string{}
		for _, pattern := range r.rule.where {
			for _, group := range alternatives.FindAllStringSubmatch(pattern, -1) {
				for word := range strings.SplitSeq(group[2], "|") {
					if ours, ok := r.words[word]; ok {
						word = ours
					}
					words[group[1]] = append(words[group[1]], strings.Split(word, "|")...)
				}
			}
		}
		all := []string{""}
		rest := r.key
		for _, at := range placeholder.FindAllString(r.key, -1) {
			head, tail, _ := strings.Cut(rest, at)
			all, rest = product(all, []string{head}), tail
			if list := words[strings.Trim(at, "{}")]; list != nil {
				all = product(all, list)
			} else {
				all = product(all, []string{"*"})
			}
		}
		keys = append(keys, product(all, []string{rest})...)
	}
	return keys
}

// meet reports whether two patterns have a key in common.
func meet(a, b string) bool {
	if a != "" && (a[0] == '*' || a[0] == '#') {
		return meet(a[1:], b) || b != "" && (a[0] == '#' || b[0] != '/') && meet(a, b[1:])
	}
	if b != "" && (b[0] == '*' || b[0] == '#') {
		return meet(b, a)
	}
	return a == b || a != "" && b != "" && a[0] == b[0] && meet(a[1:], b[1:])
}

func TestMeet(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]bool{
		{"a", "a"}: true, {"a", "b"}: false, {"a/*", "a/b"}: true, {"a/*", "a/b/c"}: false, {"a/#", "a/b/c"}: true, {"a/*/c", "*/b/c"}: true,
		{"a.*", "*.b"}: true, {"a*", "a"}: true, {"*/x", "y/*"}: true, {"#", ""}: true, {"oracle-*", "mysql"}: false,
	} {
		if meet(pair[0], pair[1]) != want || meet(pair[1], pair[0]) != want {
			t.Errorf("%q", pair)
		}
	}
}

// Each key that an estimate looks up is either brought by the importer, by a rule, or
// among those that are said not to be. Whoever adds a key to a mapping decides which.
func TestEachMappedKeyIsBroughtOrSaidNotToBe(t *testing.T) {
	t.Parallel()
	for provider, mapped := range mappedKeys(t) {
		if !slices.Contains(Providers(), provider) {
			continue // the sandbox's are invented
		}
		brought, absent := broughtBy(provider), absentKeys(provider)
		for _, key := range mapped {
			one := func(pattern string) bool { return meet(key, pattern) }
			if !slices.Contains(never, key) && !slices.ContainsFunc(brought, one) && !slices.ContainsFunc(absent, one) {
				t.Errorf("%s: no rule brings %s, and it is not among the keys that are not brought", provider, key)
			}
		}
		for _, key := range absent {
			if !slices.ContainsFunc(mapped, func(m string) bool { return meet(key, m) }) && !embedded(t, provider, key) {
				t.Errorf("%s: %s is said not to be brought, and nothing looks it up", provider, key)
			}
			if i := slices.IndexFunc(brought, func(b string) bool { return meet(key, b) }); i >= 0 {
				t.Errorf("%s: %s is said not to be brought, and a rule brings %s", provider, key, brought[i])
			}
		}
	}
}

// never are keys of branches that the parts' own conditions rule out: gp2 sells no
// operations, and a free cluster has no price.
var never = []string{"ebs.iops/gp2", "rds.iops/gp2/single", "rds.iops/gp2/multi", "aks.cluster/free"}

func broughtBy(provider string) []string {
	rules := map[string]ruleset{"aws": awsRules, "azure": azureRules, "gcp": gcpRules}[provider]
	keys := broughtKeys(rules)
	if provider == "gcp" { // machine types, which are made of cores and memory
		for _, s := range shapes {
			for size := range strings.FieldsSeq(s.sizes) {
				keys = append(keys, "compute.instance/"+s.family+"-"+s.series+"-"+size)
			}
		}
		for _, o := range odd {
			keys = append(keys, "compute.instance/"+o.name)
		}
	}
	return keys
}

func absentKeys(provider string) (keys []string) {
	for _, a := range NotBrought() {
		if a.Provider == provider {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

// embedded reports whether the embedded list has such a key.
func embedded(t *testing.T, provider, pattern string) bool {
	t.Helper()
	seed, err := cost.Seed()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range seed {
		for _, p := range s.Prices {
			if s.Provider == provider && meet(p.Key, pattern) {
				return true
			}
		}
	}
	return false
}
