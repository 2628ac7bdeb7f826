package orchestrator

import (
	"context"
	"errors"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// NewProject is what CreateProject is asked for.
type NewProject struct {
	Slug     string
	Provider string
	Region   string // default region; empty: the provider's
	// Approvals is how many people must approve a plan; 0: its requester alone.
	Approvals int
	// ChannelID is the one channel in which its deployments open; empty: any.
	ChannelID string
	// Credentials is the profile that its Terraform gets; empty: none.
	Credentials string
}

// CreateProject creates a project. Only people who manage the guild may.
func (o *Orchestrator) CreateProject(ctx context.Context, req Request, in NewProject) (project.Project, error) {
	p, err := o.checkProject(req, in)
	if err != nil {
		return project.Project{}, err
	}
	err = o.inTx(ctx, req, func(tx *store.Tx) error {
		p.CreatedAt = tx.Now
		created, err := tx.InsertProject(ctx, p)
		if errors.Is(err, store.ErrDuplicate) {
			return usererr.New(usererr.Conflict, "There is a project `%s` already. Nothing was changed. Choose another name, or grant people access to it with `/cloud-grant`.", p.Slug)
		}
		if err != nil {
			return err
		}
		p = created
		return tx.Audit(ctx, store.Entry{GuildID: req.GuildID, Actor: req.Person.UserID, Action: "project.create",
			Subject: "project/" + p.Slug, After: map[string]any{"provider": p.Provider, "region": p.DefaultRegion, "rules": p.Rules, "credentials": p.Credentials}, InteractionID: req.InteractionID})
	})
	return p, err
}

func (o *Orchestrator) checkProject(req Request, in NewProject) (project.Project, error) {
	if !req.Person.GuildAdmin {
		return project.Project{}, usererr.New(usererr.Denied, "Projects are created by admins of this server. Nothing was changed. Ask one of them to run `/cloud-create-project`.")
	}
	if !project.ValidSlug(in.Slug) {
		return project.Project{}, usererr.New(usererr.Invalid, "`project_id` cannot be %s: expected %s. Nothing was created.", quote(in.Slug), project.SlugRule)
	}
	provider, ok := o.Catalog().Provider(in.Provider)
	if !ok {
		return project.Project{}, usererr.New(usererr.Invalid, "There is no provider %s. Nothing was created. Choose one of: %s.", quote(in.Provider), o.providerNames())
	}
	if in.Region == "" {
		in.Region = provider.DefaultRegion
	}
	if err := o.checkRegion(project.Project{Provider: in.Provider}, in.Region); err != nil {
		return project.Project{}, err
	}
	if in.Approvals < 0 || in.Approvals > project.MostApprovals {
		return project.Project{}, usererr.New(usererr.Invalid, "`approvals` cannot be %d: expected 0 to %d. Nothing was created.", in.Approvals, project.MostApprovals)
	}
	rules := project.Rules{Approvals: project.ApprovalRule{Needed: in.Approvals}}
	if in.ChannelID != "" {
		rules.Channels = []string{in.ChannelID}
	}
	p := project.Project{GuildID: req.GuildID, Slug: in.Slug, Provider: provider.Name, DefaultRegion: in.Region, Rules: rules, Credentials: in.Credentials, CreatedBy: req.Person.UserID}
	return p, o.checkCredentials(p)
}

func (o *Orchestrator) providerNames() string {
	var names []string
	for _, p := range o.Catalog().Providers() {
		names = append(names, p.Name)
	}
	return quoted(names)
}

// quote shows what somebody typed, cut and harmless.
func quote(s string) string {
	const most = 40
	s = strings.Map(func(r rune) rune {
		if r == '`' || r < ' ' {
			return '\''
		}
		return r
	}, s)
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return "`" + s + "`"
}
