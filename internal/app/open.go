package app

import (
	"context"
	"fmt"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/rego"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// Open builds what it takes to work on the engine's data by hand, beside a bot that
// may run: it drives nothing, migrates nothing and has no members to ask Discord
// about. Close ends it.
func Open(ctx context.Context, o Options) (_ *Engine, err error) {
	e := &Engine{log: o.Logger}
	defer func() {
		if err != nil {
			e.Close()
		}
	}()
	if e.Catalog, err = loadCatalog(o.Config.Templates, o.Logger); err != nil {
		return nil, err
	}
	if e.Policies, err = rego.Load(ctx, o.Config.Policies, o.Config.Starter); err != nil {
		return nil, err
	}
	sealer, err := store.NewSealer([]byte(o.Config.Key.Reveal()))
	if err != nil {
		return nil, err
	}
	if e.Store, err = store.Open(ctx, store.Options{URL: o.Config.DatabaseURL.Reveal(), Sealer: sealer, Logger: o.Logger, MaxConns: 2}); err != nil {
		return nil, err
	}
	if err := e.Store.RequireSchema(ctx); err != nil {
		return nil, err
	}
	if err := e.Store.RequireKey(ctx); err != nil {
		return nil, err
	}
	inserter, err := river.NewClient(riverpgxv5.New(e.Store.Pool()), &river.Config{Logger: queueLogger(o.Logger)})
	if err != nil {
		return nil, fmt.Errorf("queue client: %w", err)
	}
	e.Orchestrator = orchestrator.New(orchestrator.Options{
		Store: e.Store, Catalog: e.Catalog, Queue: inserter, Policies: e.Policies.Hash(), Logger: o.Logger,
		Lives: session.Lives{Draft: o.Config.DraftLife, Plan: o.Config.PlanLife}, Keep: retention(o.Config),
	})
	return e, nil
}

// Close ends what Open began.
func (e *Engine) Close() {
	if e.Store != nil {
		e.Store.Close()
	}
}
