package orchestrator

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Profiles lists the credentials profiles that a project of the guild may name.
func (o *Orchestrator) Profiles(guildID, slug, provider string) []string {
	return o.profiles.Names(credentials.Use{GuildID: guildID, Project: slug, Provider: provider})
}

// profileOf says which profile a project uses, and what for.
func profileOf(p project.Project) credentials.Use {
	return credentials.Use{Profile: p.Credentials, GuildID: p.GuildID, Project: p.Slug, Provider: p.Provider}
}

// checkCredentials refuses a profile that the project may not use, in the same
// words whether there is one or not: profiles of others are nobody's business.
func (o *Orchestrator) checkCredentials(p project.Project) error {
	if p.Credentials == "" || o.profiles.Allows(profileOf(p)) {
		return nil
	}
	return usererr.New(usererr.Invalid, "There is no credentials profile %s that project `%s` may use. Nothing was changed. Pick one from the list that opens while you type; those who run the bot add others on its hosts.",
		quote(p.Credentials), p.Slug)
}

// withProfile binds a configuration's hash to the credentials profile by name: what
// was planned as one is not applied as another.
func withProfile(hash, profile string) string {
	if profile == "" {
		return hash
	}
	sum := sha256.Sum256([]byte(hash + "\n" + profile))
	return hex.EncodeToString(sum[:])
}

func (e *editing) credentials() error {
	if e.edit.Credentials == nil {
		return nil
	}
	e.p.Credentials = *e.edit.Credentials
	return e.o.checkCredentials(e.p)
}
