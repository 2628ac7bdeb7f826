package doctor

import (
	"context"
	"errors"

	"github.com/cloud-engine/cloudengine/internal/rego"
)

// policies loads what plans are judged by. With a fault the bot does not start.
func (e *exam) policies(ctx context.Context) {
	const subject = "policies"
	p, err := rego.Load(ctx, e.Config.Policies, e.Config.Starter)
	var faults *rego.LoadError
	switch {
	case errors.As(err, &faults):
		for _, f := range faults.Faults {
			e.fail(subject, f.String(), "Correct the file: the bot does not start with a policy that it cannot read. cloudengine policies says when all is well.", nil)
		}
	case err != nil:
		e.fail(subject, "the policies cannot be read", "Check that CLOUDENGINE_POLICIES names a folder with *.rego files.", err)
	case len(p.Names()) == 0:
		e.ok(subject, "there are none: every plan passes")
	default:
		e.ok(subject, "%d judge every plan", len(p.Names()))
	}
}
