package doctor

import (
	"context"
	"errors"

	"github.com/cloud-engine/cloudengine/internal/config"
)

// configuration lists every variable that is missing or wrong.
func (e *exam) configuration(context.Context) {
	const subject = "configuration"
	var faults *config.Error
	switch {
	case e.ConfigError == nil:
		e.ok(subject, "complete")
	case errors.As(e.ConfigError, &faults):
		for _, f := range faults.Faults {
			e.fail(subject, f.Variable+" "+f.Problem, "", nil)
		}
	default:
		e.fail(subject, "it cannot be read", "See docs/configuration.md.", e.ConfigError)
	}
}
