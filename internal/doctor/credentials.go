package doctor

import (
	"context"

	"github.com/cloud-engine/cloudengine/internal/credentials"
)

// credentials reads the credentials profiles as the bot does. It runs no command.
func (e *exam) credentials(context.Context) {
	const subject = "credentials"
	names, faults := credentials.Of(e.Config, "").Check()
	for _, f := range faults {
		e.warn(subject, f.Error(), "Look as the user that the bot runs as. docs/operations.md says what a profile is. Projects that use it cannot plan or apply.")
	}
	switch {
	case len(names) > 0:
		e.ok(subject, "%s can be used", count(len(names), "profile"))
	case len(faults) == 0:
		e.ok(subject, "there are no profiles: Terraform gets no credentials")
	}
}
