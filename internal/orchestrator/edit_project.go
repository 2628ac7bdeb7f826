package orchestrator

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// ProjectEdit is what EditProject is asked for. What is nil or empty stays as it is;
// an empty list takes away what was there.
type ProjectEdit struct {
	Regions         *[]string
	DefaultRegion   string
	Approvals       *int
	ApproverLevel   string // in place of a role
	ApproverRole    string // in place of a level
	RequesterCounts *bool
	Enforcement     string
	Kinds           *[]string
	Credentials     *string // empty: no profile any more
	NamePattern     *string
	RequiredTags    *[]string
	ChannelAdd      string
	ChannelRemove   string
	EveryChannel    bool // no channel is bound any more
	GrantDefault    *time.Duration
	GrantMax        *time.Duration
	Freeze          *time.Duration // 0: until somebody ends it
	Unfreeze        bool
	Archived        *bool
	Usage           *string // JSON as cost.ParseUsage reads it; empty: none any more
	Reason          string
}

// IsZero reports whether nothing is to be changed.
func (e ProjectEdit) IsZero() bool {
	e.Reason = ""
	return e == ProjectEdit{}
}

// ProjectChange is a project before and after an edit.
type ProjectChange struct{ Before, After project.Project }

// ProjectSettings reads a project for its admins, with who has access to it now.
func (o *Orchestrator) ProjectSettings(ctx context.Context, req Request, slug string) (policy.Scope, error) {
	var scope policy.Scope
	err := o.store.InTx(ctx, func(tx *store.Tx) (err error) {
		if scope, err = o.projectScope(ctx, tx, req, slug); err != nil {
			return err
		}
		return scope.Require(req.Person, project.Admin)
	})
	return scope, err
}

// EditProject changes a project's settings, all of them or none. Deployments that
// are open are checked against them when they are approved and applied; their
// lobbies are drawn anew.
func (o *Orchestrator) EditProject(ctx context.Context, req Request, slug string, edit ProjectEdit) (ProjectChange, error) {
	var done ProjectChange
	err := o.inTx(ctx, req, func(tx *store.Tx) error {
		scope, err := o.projectScope(ctx, tx, req, slug)
		if err != nil {
			return err
		}
		if err := scope.Require(req.Person, project.Admin); err != nil { // before anything is told of the project
			return err
		}
		if err := tx.LockProject(ctx, scope.Project.ID); err != nil {
			return err
		}
		if scope, err = scopeOf(ctx, tx, scope.Project.ID); err != nil {
			return err
		}
		e := &editing{o: o, tx: tx, req: req, edit: edit, p: clonedRules(scope.Project)}
		if err := e.change(ctx); err != nil {
			return err
		}
		if err := scope.MayChange(req.Person, e.p); err != nil {
			return err
		}
		done = ProjectChange{Before: scope.Project, After: e.p}
		return e.save(ctx, scope.Project)
	})
	return done, err
}

// clonedRules is a project whose lists can be changed.
func clonedRules(p project.Project) project.Project {
	p.Regions = slices.Clone(p.Regions)
	p.Rules.Kinds, p.Rules.RequiredTags, p.Rules.Channels = slices.Clone(p.Rules.Kinds), slices.Clone(p.Rules.RequiredTags), slices.Clone(p.Rules.Channels)
	return p
}

// editing is a project that is being edited.
type editing struct {
	o    *Orchestrator
	tx   *store.Tx
	req  Request
	edit ProjectEdit
	p    project.Project
}

func (e *editing) change(ctx context.Context) error {
	for _, step := range []func() error{e.regions, e.approvals, e.enforcement, e.kinds, e.credentials, e.names, e.tags, e.channels, e.grants, e.freeze, e.usage} {
		if err := step(); err != nil {
			return err
		}
	}
	return e.archive(ctx)
}

// save writes what has changed, its audit row, and the lobbies that show it.
func (e *editing) save(ctx context.Context, was project.Project) error {
	before, after, err := differences(was, e.p)
	if err != nil || len(after) == 0 && len(before) == 0 {
		return err
	}
	if err := e.tx.SaveProject(ctx, e.p); err != nil {
		return err
	}
	err = e.tx.Audit(ctx, store.Entry{GuildID: e.p.GuildID, Actor: e.req.Person.UserID, Action: "project.edit", Subject: "project/" + e.p.Slug,
		Before: before, After: after, InteractionID: e.req.InteractionID, Reason: e.edit.Reason})
	if err != nil {
		return err
	}
	open, err := e.tx.OpenIn(ctx, e.p.ID)
	if err != nil {
		return err
	}
	for _, s := range open {
		if err := e.tx.Owe(ctx, store.Post{GuildID: e.p.GuildID, Lane: store.LobbyLane(s.ID), Kind: store.PostLobby, SessionID: s.ID}); err != nil {
			return err
		}
	}
	return nil
}

// differences are the settings that differ, by name, as they were and as they are.
func differences(was, is project.Project) (before, after map[string]any, err error) {
	if before, err = settings(was); err != nil {
		return nil, nil, err
	}
	if after, err = settings(is); err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Collect(maps.Keys(before)) {
		if reflect.DeepEqual(before[name], after[name]) {
			delete(before, name)
			delete(after, name)
		}
	}
	return before, after, nil
}

// settings is what can be changed of a project, as a document.
func settings(p project.Project) (map[string]any, error) {
	raw, err := json.Marshal(struct {
		DefaultRegion string     `json:"default_region"`
		Regions       []string   `json:"regions,omitempty"`
		Credentials   string     `json:"credentials,omitempty"`
		ArchivedAt    *time.Time `json:"archived_at,omitempty"`
		Usage         cost.Usage `json:"usage,omitempty"`
		project.Rules
	}{p.DefaultRegion, p.Regions, p.Credentials, p.ArchivedAt, p.Usage, p.Rules})
	if err != nil {
		return nil, fmt.Errorf("encode the project: %w", err)
	}
	doc := map[string]any{}
	return doc, json.Unmarshal(raw, &doc)
}

// archive ends or takes up a project. What is there must be gone first: nobody
// could look after it any more.
func (e *editing) archive(ctx context.Context) error {
	want := e.edit.Archived
	if want == nil || *want == (e.p.ArchivedAt != nil) {
		return nil
	}
	if !*want {
		e.p.ArchivedAt = nil
		return nil
	}
	held, err := e.tx.HeldIn(ctx, e.p.ID)
	if err != nil {
		return err
	}
	open, err := e.tx.OpenIn(ctx, e.p.ID)
	if err != nil {
		return err
	}
	var reasons []string
	for _, h := range held {
		if n := len(h.Held); n > 0 {
			reasons = append(reasons, fmt.Sprintf("Stack `%s` holds resources (%d): destroy it with `/cloud-deploy project:%s stack:%s destroy:True`.", h.Stack, n, e.p.Slug, h.Stack))
		}
	}
	for _, s := range open {
		reasons = append(reasons, fmt.Sprintf("Deployment `%s` of `%s` by <@%s> is open: `/cloud-cancel deployment:%s`.", s.ID, s.Stack, s.Requester, s.ID))
	}
	if len(reasons) > 0 {
		return usererr.New(usererr.Conflict, "`%s` is not archived yet, and nothing was changed:\n• %s", e.p.Slug, strings.Join(few(reasons), "\n• "))
	}
	e.p.ArchivedAt = &e.tx.Now
	return nil
}

// few are the first of many lines.
func few(lines []string) []string {
	const most = 8
	if len(lines) <= most {
		return lines
	}
	return append(slices.Clone(lines[:most]), fmt.Sprintf("… and %d more", len(lines)-most))
}
