package standin

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
)

// ReadDataSource answers with what the rules have and placeholders for the rest, the
// same for the same arguments.
func (s *server) ReadDataSource(_ context.Context, r *tfprotov5.ReadDataSourceRequest) (*tfprotov5.ReadDataSourceResponse, error) {
	kind := s.provider.Data[r.TypeName]
	config, err := r.Config.Unmarshal(kind.ty)
	if err != nil {
		return nil, err
	}
	f := s.filler("data."+r.TypeName, config.String(), config)
	if failed := s.fail(f.typ, f); failed != nil {
		return &tfprotov5.ReadDataSourceResponse{Diagnostics: failed}, nil
	}
	v, err := f.fill(unknownComputed(kind.Block, config))
	if err != nil {
		return nil, err
	}
	out, err := tfprotov5.NewDynamicValue(kind.ty, v)
	return &tfprotov5.ReadDataSourceResponse{State: &out}, err
}
