package discordsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	xmessage "golang.org/x/text/message"
)

// openAPIURL names the description inside the compiler; nothing is fetched.
const openAPIURL = "https://discord.invalid/openapi.json"

// schemas checks request bodies against Discord's OpenAPI description. Only
// operations that are used are compiled.
type schemas struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	paths    map[string]any
	compiled map[string]*jsonschema.Schema // by route; nil for no body
}

// parsed keeps descriptions that were read: a test binary starts hundreds
// of Sims on the same megabyte, and what is compiled never changes.
var parsed sync.Map // path -> *schemas

// openSchemas reads a description; without a path there is nothing to check.
func openSchemas(path string) (*schemas, error) {
	if path == "" {
		return nil, nil
	}
	if known, ok := parsed.Load(path); ok {
		return known.(*schemas), nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	root, _ := doc.(map[string]any)
	paths, ok := root["paths"].(map[string]any)
	if !ok {
		return nil, errors.New("no paths: not an OpenAPI description")
	}
	amend(root)
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	if err := compiler.AddResource(openAPIURL, doc); err != nil {
		return nil, err
	}
	s := &schemas{compiler: compiler, paths: paths, compiled: map[string]*jsonschema.Schema{}}
	known, _ := parsed.LoadOrStore(path, s)
	return known.(*schemas), nil
}

// amend corrects what the description says differently from Discord's
// documentation, which wins: permissions travel as strings, and ids may be
// numbers (the documentation's own examples number attachments).
func amend(node any) {
	switch node := node.(type) {
	case map[string]any:
		if id, ok := node["SnowflakeType"].(map[string]any); ok {
			id["type"] = []any{"string", "integer"}
		}
		if p, ok := node["default_member_permissions"].(map[string]any); ok && p["type"] != nil {
			node["default_member_permissions"] = map[string]any{"type": []any{"integer", "string", "null"}}
		}
		for _, child := range node {
			amend(child)
		}
	case []any:
		for _, child := range node {
			amend(child)
		}
	}
}

// OpenAPIChecked reports whether requests are checked against Discord's
// OpenAPI description.
func (s *Sim) OpenAPIChecked() bool { return s.schema != nil }

// schema returns the compiled schema of a route's JSON body, nil for none.
func (s *schemas) schema(r *route) (*jsonschema.Schema, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.compiled[r.name()]; ok {
		return known, nil
	}
	at := []string{"paths", r.pattern, strings.ToLower(r.method), "requestBody", "content", "application/json", "schema"}
	if !s.has(at[1:]) {
		s.compiled[r.name()] = nil
		return nil, nil
	}
	pointer := ""
	for _, step := range at {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(step)
	}
	compiled, err := s.compiler.Compile(openAPIURL + "#" + pointer)
	if err != nil {
		return nil, err
	}
	s.compiled[r.name()] = compiled
	return compiled, nil
}

// has reports whether the description has something under paths.
func (s *schemas) has(steps []string) bool {
	var node any = s.paths
	for _, step := range steps {
		m, _ := node.(map[string]any)
		if node = m[step]; node == nil {
			return false
		}
	}
	return true
}

// check validates a request's body; a nil schemas checks nothing.
func (s *schemas) check(q *request) error {
	if s == nil || len(q.body) == 0 {
		return nil
	}
	schema, err := s.schema(q.route)
	if err != nil || schema == nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(q.body))
	decoder.UseNumber()
	var body any
	if err := decoder.Decode(&body); err != nil {
		return errInvalidJSON
	}
	err = schema.Validate(body)
	var wrong *jsonschema.ValidationError
	if !errors.As(err, &wrong) {
		return err
	}
	var f fieldErrors
	for _, leaf := range leaves(wrong) {
		field := strings.Join(leaf.InstanceLocation, ".")
		if field == "" {
			field = "_"
		}
		f.add(field, "OPENAPI", "%s", leaf.ErrorKind.LocalizedString(english))
	}
	return f.err()
}

// english words the faults that the description finds.
var english = xmessage.NewPrinter(language.English)

// leaves are the faults at the ends of a validation error. Of alternatives,
// those are left out that the value is not meant to be: their "type" differs.
func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	causes := e.Causes
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		meant := slices.DeleteFunc(slices.Clone(causes), func(c *jsonschema.ValidationError) bool {
			return otherType(c, len(e.InstanceLocation))
		})
		if len(meant) > 0 {
			causes = meant
		}
	}
	var out []*jsonschema.ValidationError
	for _, c := range causes {
		out = append(out, leaves(c)...)
	}
	return out
}

// otherType reports whether an alternative for the value at a depth failed
// at the value's own "type".
func otherType(e *jsonschema.ValidationError, depth int) bool {
	if len(e.Causes) == 0 {
		at := e.InstanceLocation
		_, wrongKind := e.ErrorKind.(*kind.Type)
		return len(at) == depth && wrongKind || len(at) == depth+1 && at[depth] == "type"
	}
	return slices.ContainsFunc(e.Causes, func(c *jsonschema.ValidationError) bool { return otherType(c, depth) })
}
