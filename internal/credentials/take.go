package credentials

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Taken is what a run gets. The zero value is nothing.
type Taken struct {
	Env     map[string]string
	Files   map[string]string // contents, by the variable that is to name the file
	Secrets []string          // to hide in whatever the run says
	Expires time.Time         // zero: not known
}

// errNotListed: the profile does not list who wants to use it.
var errNotListed = errors.New("the profile does not list this guild, project and provider")

// Take reads the profile anew and returns what the run gets, or says that it
// cannot be used on this host; why is for the log alone. No profile is no error.
func (p Profiles) Take(ctx context.Context, u Use) (Taken, error) {
	if u.Profile == "" {
		return Taken{}, nil
	}
	taken, err := p.take(ctx, u)
	if err != nil {
		return Taken{}, usererr.New(usererr.Unavailable,
			"The credentials profile `%s` cannot be used on host `%s`. Nothing was changed. Tell an admin of the bot: its log there says why, and so does `cloudengine doctor`.", u.Profile, p.host).
			Wrap(fmt.Errorf("credentials profile: %w", err))
	}
	return taken, nil
}

func (p Profiles) take(ctx context.Context, u Use) (Taken, error) {
	if p.dir == "" {
		return Taken{}, errors.New("this host has none")
	}
	if err := p.checkFolder(); err != nil {
		return Taken{}, fmt.Errorf("%s: %s", p.dir, reason(err))
	}
	f, err := p.read(u.Profile)
	if err != nil {
		return Taken{}, err
	}
	if !p.mayUse(f, u) {
		return Taken{}, errNotListed
	}
	taken := Taken{Env: maps.Clone(f.Env), Files: maps.Clone(f.Files)}
	if f.Command != nil {
		if taken, err = f.Command.run(ctx); err != nil {
			return Taken{}, fmt.Errorf("its command: %w", err)
		}
	}
	taken.Secrets = secrets(taken.Env, taken.Files)
	return taken, nil
}
