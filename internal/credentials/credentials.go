// Package credentials reads the credentials profiles of a host: files that say
// what Terraform gets to reach a cloud, and which projects may have it. In Discord
// a profile is named, never typed.
//
// Nothing is kept in memory: a file that is changed, or taken away, holds from the
// next use on. Whoever may not use a profile cannot tell that there is one.
//
// The package must not know Discord, sessions or Postgres.
package credentials

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/config"
)

// Profiles are those of one host: the files NAME.json of a folder. The zero value
// has none.
type Profiles struct {
	dir      string
	expected bool     // the folder was named, and should be there
	guilds   []string // that are served: what "*" stands for in a profile
	host     string   // id of this host, for texts
}

// Use says who wants to use a profile: a project of a guild, on a provider.
type Use struct {
	Profile  string
	GuildID  string
	Project  string // slug
	Provider string
	// Operator: whoever runs the engine uses it on the host, for no project.
	Operator bool
}

// Of returns the profiles of a host.
func Of(c config.Config, host string) Profiles {
	return Profiles{dir: c.CredentialsDir(), expected: c.Credentials != "", guilds: c.Guilds, host: host}
}

// extension of a profile's file; the rest of the folder is not looked at.
const extension = ".json"

// Fault is a file that is not a profile that can be used, and why. It has nothing
// of the file's values in it.
type Fault struct {
	File    string // with the line, where there is one
	Problem string
}

func (f *Fault) Error() string { return f.File + ": " + f.Problem }

// Check reads every profile: the names of those that can be used, and what is
// wrong with the others.
func (p Profiles) Check() (names []string, faults []*Fault) {
	read, faults := p.all()
	for _, f := range read {
		names = append(names, f.name)
	}
	return names, faults
}

// Names lists the profiles that may be used, by name; u.Profile does not matter.
func (p Profiles) Names(u Use) []string {
	read, _ := p.all()
	var names []string
	for _, f := range read {
		if p.mayUse(f, u) {
			names = append(names, f.name)
		}
	}
	return names
}

// Allows reports whether the profile is there and may be used. Every file is read
// whatever is asked for, so that the time it takes tells nothing either.
func (p Profiles) Allows(u Use) bool { return slices.Contains(p.Names(u), u.Profile) }

// mayUse fails closed: what a profile does not list may not use it.
func (p Profiles) mayUse(f profile, u Use) bool {
	guild := slices.Contains(f.Guilds, u.GuildID) || slices.Contains(f.Guilds, every) && slices.Contains(p.guilds, u.GuildID)
	project := slices.Contains(f.Projects, u.Project) || slices.Contains(f.Projects, every)
	return slices.Contains(f.Providers, u.Provider) && (u.Operator || guild && project)
}

// all reads the folder, in the order of names.
func (p Profiles) all() (read []profile, faults []*Fault) {
	if p.dir == "" {
		return nil, nil
	}
	if err := p.checkFolder(); err != nil {
		if errors.Is(err, fs.ErrNotExist) && !p.expected {
			return nil, nil
		}
		return nil, []*Fault{{p.dir, reason(err)}}
	}
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return nil, []*Fault{{p.dir, reason(err)}}
	}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), extension)
		if !ok || strings.HasPrefix(name, ".") {
			continue
		}
		f, err := p.read(name)
		var fault *Fault
		switch {
		case err == nil:
			read = append(read, f)
		case errors.As(err, &fault):
			faults = append(faults, fault)
		default:
			faults = append(faults, &Fault{e.Name(), reason(err)})
		}
	}
	return read, faults
}

// read reads one profile.
func (p Profiles) read(name string) (profile, error) {
	if !validName(name) {
		return profile{}, &Fault{name + extension, "a profile cannot be called that: " + nameRule}
	}
	raw, err := readPrivate(filepath.Join(p.dir, name+extension))
	if err != nil {
		return profile{}, &Fault{name + extension, reason(err)}
	}
	return parse(name, raw)
}

// reason is what is wrong with a file, without its path, which is said before.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Sprintf("it cannot be read (%v)", path.Err)
	}
	return err.Error()
}
