package standin

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// ApplyResourceChange fills in what was unknown, and counts.
func (s *server) ApplyResourceChange(_ context.Context, r *tfprotov5.ApplyResourceChangeRequest) (*tfprotov5.ApplyResourceChangeResponse, error) {
	kind := s.provider.Resources[r.TypeName]
	planned, err := r.PlannedState.Unmarshal(kind.ty)
	if err != nil {
		return nil, err
	}
	prior, err := r.PriorState.Unmarshal(kind.ty)
	if err != nil {
		return nil, err
	}
	what, place, self := "created", r.TypeName, planned
	switch {
	case planned.IsNull():
		what, place, self = "destroyed", r.TypeName+" destroy", prior
	case !prior.IsNull():
		what = "updated"
	}
	f := s.filler(r.TypeName, rand.Text(), self) // two that are alike are two
	failed := s.fail(place, f)
	if what == "destroyed" && failed == nil {
		failed = s.protected(r.TypeName, prior)
	}
	if failed != nil {
		return &tfprotov5.ApplyResourceChangeResponse{NewState: r.PriorState, Private: r.PlannedPrivate, Diagnostics: failed}, nil
	}
	made, err := f.fill(planned)
	if err != nil {
		return nil, err
	}
	if what != "destroyed" {
		self = made
	}
	if err := s.ledger.write(what, r.TypeName, text(object(self)["id"])); err != nil {
		return nil, err
	}
	v, err := tfprotov5.NewDynamicValue(kind.ty, made)
	return &tfprotov5.ApplyResourceChangeResponse{NewState: &v, Private: r.PlannedPrivate}, err
}

// protected refuses to destroy what is protected against it.
func (s *server) protected(typ string, v tftypes.Value) []*tfprotov5.Diagnostic {
	p, ok := s.rules.Protected[typ]
	if !ok {
		return nil
	}
	on := p.Unset
	for _, value := range at(v, p.Attribute) {
		if t := text(value); t != "" {
			on = t == "true"
		}
	}
	if !on {
		return nil
	}
	return failure(fmt.Sprintf("deleting %s (%s): it is protected against deletion", typ, text(object(v)["id"])), fmt.Sprintf("Set %s to false first, and apply that.", p.Attribute))
}

// ReadResource finds everything as it was left.
func (s *server) ReadResource(_ context.Context, r *tfprotov5.ReadResourceRequest) (*tfprotov5.ReadResourceResponse, error) {
	return &tfprotov5.ReadResourceResponse{NewState: r.CurrentState, Private: r.Private}, nil
}

// UpgradeResourceState reads a stored state; there is one version.
func (s *server) UpgradeResourceState(_ context.Context, r *tfprotov5.UpgradeResourceStateRequest) (*tfprotov5.UpgradeResourceStateResponse, error) {
	ty := s.provider.Resources[r.TypeName].ty
	v, err := r.RawState.UnmarshalWithOpts(ty, tfprotov5.UnmarshalOpts{ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true}})
	if err != nil {
		return nil, err
	}
	out, err := tfprotov5.NewDynamicValue(ty, v)
	return &tfprotov5.UpgradeResourceStateResponse{UpgradedState: &out}, err
}
