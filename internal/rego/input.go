package rego

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Input is what is judged.
type Input struct {
	Plan    json.RawMessage // `terraform show -json` of the plan
	Session Session
}

// Session is what a policy may know of the session, at input.session.
type Session struct {
	ID        string            `json:"id"`
	Requester string            `json:"requester"` // Discord user id
	Roles     []string          `json:"roles"`     // Discord role ids of the requester
	Project   string            `json:"project"`   // slug
	Provider  string            `json:"provider"`
	Stack     string            `json:"stack"`
	Region    string            `json:"region"`    // of the stack's own
	Regions   []string          `json:"regions"`   // all in which resources are to stand, that one first
	Destroy   bool              `json:"destroy"`   // opened to destroy the stack
	Resources []Resource        `json:"resources"` // as they are to be
	Tags      map[string]string `json:"tags"`
}

// Resource is one desired resource of the session.
type Resource struct {
	Kind   string         `json:"kind"`
	Name   string         `json:"name"`
	Values map[string]any `json:"values"` // JSON values by variable name
	// Regions are those in which there is one of it; none: in the session's region alone.
	Regions []string `json:"regions,omitempty"`
}

// document makes the input document, without the plan's secrets, and what hides
// them in texts.
func (in Input) document() (ast.Value, *secrets, error) {
	plan, err := decode(in.Plan)
	if err != nil {
		return nil, nil, fmt.Errorf("read plan: %w", err)
	}
	planned, ok := plan.(map[string]any)
	if _, versioned := planned["format_version"].(string); !ok || !versioned {
		return nil, nil, errors.New("read plan: this is not the JSON of a Terraform plan")
	}
	raw, err := json.Marshal(in.Session.filled())
	if err != nil {
		return nil, nil, fmt.Errorf("write session: %w", err)
	}
	session, err := decode(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("read session: %w", err)
	}
	hidden := redact(planned)
	hidden.spare(session)
	value, err := ast.InterfaceToValue(map[string]any{"plan": planned, "session": session})
	if err != nil {
		return nil, nil, fmt.Errorf("make input: %w", err)
	}
	return value, hidden, nil
}

// filled has empty lists for nil ones: a rule that iterates over null fails
// where it should find nothing.
func (s Session) filled() Session {
	if s.Roles == nil {
		s.Roles = []string{}
	}
	if s.Tags == nil {
		s.Tags = map[string]string{}
	}
	resources := make([]Resource, 0, len(s.Resources))
	for _, r := range s.Resources {
		if r.Values == nil {
			r.Values = map[string]any{}
		}
		resources = append(resources, r)
	}
	s.Resources = resources
	return s
}

// decode reads one JSON value and keeps its numbers as they are written.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errors.New("there is more than one value")
	}
	return v, nil
}
