package catalog

import (
	"errors"
	"fmt"
	"regexp"
)

// identity is the cheapest question that tells whether credentials work: a data
// source, and the attribute of it that says as whom.
type identity struct {
	Data      string         `json:"data"`
	Arguments map[string]any `json:"arguments"`
	Says      string         `json:"says"` // empty: it does not tell
}

// IdentityOutput is the output of an identity check that says as whom.
const IdentityOutput = "identity"

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (i *identity) check() error {
	switch {
	case i == nil:
		return nil
	case !identifier.MatchString(i.Data):
		return fmt.Errorf("identity: %q is no data source", i.Data)
	case i.Says != "" && !identifier.MatchString(i.Says):
		return fmt.Errorf("identity: %q is no attribute", i.Says)
	case i.Arguments["for_each"] != nil || i.Arguments["count"] != nil:
		return errors.New("identity: it is asked once")
	}
	return nil
}

// IdentityCheck is a configuration whose plan asks the provider who the credentials
// are, and changes nothing; false where the provider cannot be asked.
func (p Provider) IdentityCheck() (Composed, bool, error) {
	if p.identity == nil {
		return Composed{}, false, nil
	}
	arguments := p.identity.Arguments
	if arguments == nil {
		arguments = map[string]any{}
	}
	outputs := map[string]any{}
	if p.identity.Says != "" {
		outputs[IdentityOutput] = reference("data", p.identity.Data, "this", p.identity.Says)
	}
	check, err := p.question(p.DefaultRegion, map[string]any{p.identity.Data: map[string]any{"this": arguments}}, outputs)
	return check, err == nil, err
}
