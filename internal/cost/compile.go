package cost

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// expression is one of a mapping file, ready to be evaluated.
type expression struct {
	hcl.Expression
	constant *cty.Value // it depends on nothing
	// What it reads, through locals too: names of attributes, first of self, then
	// of each use.
	reads  map[string][]string
	locals []string // in the order in which they are evaluated
	each   bool
}

// compiler checks the expressions of one type against the names that there are.
type compiler struct {
	calls  map[string]function.Function
	names  map[string]bool // self and the uses
	locals map[string]*expression
	reads  map[string]map[string]bool
	err    error
}

func compileType(provider string, block typeBlock) (*resourceType, error) {
	t := &resourceType{name: block.Name, provider: provider, uses: block.Uses, usedBy: block.UsedBy, planned: block.Planned}
	c := &compiler{calls: functions(), names: map[string]bool{"self": true}, locals: map[string]*expression{}, reads: map[string]map[string]bool{}}
	for _, u := range block.Uses {
		c.name(u.Name)
	}
	for _, u := range block.UsedBy {
		c.name(u.Name)
	}
	for _, n := range block.Planned {
		c.name(n.Name)
	}
	for _, locals := range block.Locals {
		if err := c.compileLocals(t, locals); err != nil {
			return nil, err
		}
	}
	t.region, t.free = c.compile(block.Region), c.compile(block.Free)
	for _, b := range block.Fixed {
		t.parts = append(t.parts, part{id: b.ID, unit: b.Unit, label: c.compile(b.Label), key: c.compile(b.Key), quantity: c.compile(b.Quantity),
			copies: c.compile(b.Copies), when: c.compile(b.When), forEach: c.compile(b.ForEach), region: c.compile(b.Region)})
	}
	for _, b := range block.Usage {
		t.parts = append(t.parts, part{id: b.ID, unit: b.Unit, usage: true, label: c.compile(b.Label), key: c.compile(b.Key),
			when: c.compile(b.When), region: c.compile(b.Region)})
	}
	for _, p := range t.parts {
		p.readElements()
	}
	t.attributes = slices.Sorted(maps.Keys(c.reads["self"]))
	for i, u := range t.uses {
		t.uses[i].attributes = slices.Sorted(maps.Keys(c.reads[u.Name]))
	}
	return t, c.check(t)
}

// name is what another resource, or several, are called.
func (c *compiler) name(name string) {
	if c.names[name] || slices.Contains([]string{"hours", "each", "local"}, name) {
		c.fail(fmt.Errorf("%q is named twice", name))
	}
	c.names[name] = true
}

// compileLocals reads locals from top to bottom.
func (c *compiler) compileLocals(t *resourceType, block localsBlock) error {
	attributes, diags := block.Body.JustAttributes()
	if diags.HasErrors() {
		return diags
	}
	for _, a := range slices.SortedFunc(maps.Values(attributes), func(x, y *hcl.Attribute) int { return x.Range.Start.Byte - y.Range.Start.Byte }) {
		if c.locals[a.Name] != nil {
			return fmt.Errorf("local.%s is named twice", a.Name)
		}
		e := c.compile(a.Expr)
		t.locals = append(t.locals, local{a.Name, e})
		c.locals[a.Name] = e
	}
	return nil
}

// check finds what a strict decoder does not.
func (c *compiler) check(t *resourceType) error {
	if c.err != nil {
		return c.err
	}
	if len(t.parts) == 0 {
		return errors.New("it has neither fixed nor usage parts")
	}
	ids := map[string]bool{}
	for _, p := range t.parts {
		switch {
		case p.label == nil || p.key == nil || p.quantity == nil && !p.usage:
			return fmt.Errorf("part %q: it needs a label, a key and, if it is fixed, a quantity", p.id)
		case ids[p.id]:
			return fmt.Errorf("part %q is named twice", p.id)
		case !slices.Contains(units, p.unit):
			return fmt.Errorf("part %q: %q is no unit; units are %q", p.id, p.unit, units)
		case p.forEach == nil && slices.ContainsFunc([]*expression{p.label, p.key, p.quantity, p.copies, p.when}, func(e *expression) bool { return e != nil && e.each }):
			return fmt.Errorf("part %q: each without for_each", p.id)
		}
		ids[p.id] = true
	}
	return nil
}

// compile makes an expression ready; nil for one that is not there.
func (c *compiler) compile(e hcl.Expression) *expression {
	if e == nil {
		return nil
	}
	out := &expression{Expression: e, reads: map[string][]string{}}
	flattenLocals(e)
	variables := e.Variables()
	if len(variables) == 0 {
		v, diags := e.Value(&hcl.EvalContext{Functions: c.calls})
		switch {
		case diags.HasErrors():
			c.fail(diags)
		case v.IsNull():
			return nil // gohcl's word for an attribute that is not there
		}
		out.constant = &v
		return out
	}
	for _, v := range variables {
		c.variable(out, v)
	}
	// A name or function that is not there is found by evaluating once with
	// everything unknown.
	if _, diags := e.Value(c.unknowns()); diags.HasErrors() {
		c.fail(diags)
	}
	return out
}

// localVariable is the variable that holds a local. Locals are variables of their
// own, not attributes of one object, which would be made anew with each of them.
func localVariable(name string) string { return "local." + name }

// flattenLocals lets an expression read local.x as the variable of that name.
func flattenLocals(e hcl.Expression) {
	node, ok := e.(hclsyntax.Node)
	if !ok {
		return
	}
	_ = hclsyntax.VisitAll(node, func(n hclsyntax.Node) hcl.Diagnostics {
		if t, ok := n.(*hclsyntax.ScopeTraversalExpr); ok && t.Traversal.RootName() == "local" && len(t.Traversal) > 1 {
			if a, ok := t.Traversal[1].(hcl.TraverseAttr); ok {
				root := hcl.TraverseRoot{Name: localVariable(a.Name), SrcRange: hcl.RangeBetween(t.Traversal[0].SourceRange(), a.SrcRange)}
				t.Traversal = append(hcl.Traversal{root}, t.Traversal[2:]...)
			}
		}
		return nil
	})
}

func (c *compiler) variable(e *expression, v hcl.Traversal) {
	root, inner := v.RootName(), ""
	if len(v) > 1 {
		if a, ok := v[1].(hcl.TraverseAttr); ok {
			inner = a.Name
		}
	}
	local, isLocal := strings.CutPrefix(root, localVariable(""))
	switch {
	case root == "hours":
	case root == "each":
		e.each = true
	case isLocal && c.locals[local] != nil:
		e.locals = append(append(e.locals, c.locals[local].locals...), local)
		for name, attributes := range c.locals[local].reads {
			for _, a := range attributes {
				e.read(name, a)
			}
		}
	case c.names[root] && (inner != "" || root != "self"):
		e.read(root, inner)
		if c.reads[root] == nil {
			c.reads[root] = map[string]bool{}
		}
		if inner != "" {
			c.reads[root][inner] = true
		}
	default:
		c.fail(fmt.Errorf("%s: there is no %q here", v.SourceRange(), strings.TrimSuffix(root+"."+inner, ".")))
	}
}

// readElements lets what an element is made from count as read by whatever reads the
// element, so that reasons can name it.
func (p part) readElements() {
	for _, e := range []*expression{p.label, p.key, p.quantity, p.copies, p.when} {
		if e == nil || !e.each || p.forEach == nil {
			continue
		}
		e.locals = append(e.locals, p.forEach.locals...)
		for name, attributes := range p.forEach.reads {
			for _, a := range attributes {
				e.read(name, a)
			}
		}
	}
}

func (e *expression) read(name, attribute string) {
	if attribute != "" && !slices.Contains(e.reads[name], attribute) {
		e.reads[name] = append(e.reads[name], attribute)
	}
}

func (c *compiler) unknowns() *hcl.EvalContext {
	variables := map[string]cty.Value{"hours": hours, "each": cty.DynamicVal}
	for name := range c.locals {
		variables[localVariable(name)] = cty.DynamicVal
	}
	for name := range c.names {
		variables[name] = cty.DynamicVal
	}
	return &hcl.EvalContext{Variables: variables, Functions: c.calls}
}

func (c *compiler) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

var hours = cty.NumberIntVal(HoursPerMonth.IntPart())
