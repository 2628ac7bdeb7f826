package rego

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"

	oparego "github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

var errTooLong = errors.New("the policies take too long")

// Evaluate judges a plan by every policy. It returns what they say, denials
// first, each finding once; none means that nothing speaks against the plan. The
// texts are one line each, without secrets of the plan, and may hold what people
// typed.
//
// A plan that cannot be judged, because a rule fails or takes too long, gives a
// *usererr.Error and must not be let through. Where ctx ended the error is its
// cause.
func (p *Policies) Evaluate(ctx context.Context, in Input) ([]plan.Finding, error) {
	if len(p.names) == 0 {
		return nil, nil
	}
	input, hidden, err := in.document()
	if err != nil {
		return nil, refusal("the plan could not be read", err)
	}
	limited, cancel := context.WithTimeoutCause(ctx, p.timeout, errTooLong)
	defer cancel()
	results, err := p.query.Eval(limited, oparego.EvalParsedInput(input))
	switch {
	case ctx.Err() != nil:
		return nil, fmt.Errorf("judge plan: %w", context.Cause(ctx))
	case limited.Err() != nil:
		return nil, refusal(fmt.Sprintf("they took longer than %v", p.timeout), errTooLong)
	case err != nil:
		return nil, refusal(place(err)+" failed", errors.New(hidden.hider().Replace(err.Error())))
	case len(results) != 1 || len(results[0].Expressions) != 1:
		return nil, refusal("they gave no answer", fmt.Errorf("%d results", len(results)))
	}
	found, err := findings(results[0].Expressions[0].Value, hidden.hider())
	if err != nil {
		return nil, refusal("one gave something else than findings", err)
	}
	return found, nil
}

// refusal is for people; the cause is for the log.
func refusal(why string, cause error) error {
	return usererr.New(usererr.Unavailable,
		"The plan could not be checked by the policies: %s. Without that it is not applied; nothing was changed. Tell an admin, then plan again.", why).
		Wrap(fmt.Errorf("judge plan: %w", cause))
}

// place says where a rule failed, by the name of its file: the folder is
// nobody's business.
func place(err error) string {
	var e *topdown.Error
	if !errors.As(err, &e) || e.Location == nil {
		return "a rule"
	}
	return fmt.Sprintf("the rule at `%s:%d`", path.Base(filepath.ToSlash(e.Location.File)), e.Location.Row)
}
