package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/discord"
	"github.com/cloud-engine/cloudengine/internal/jobs"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plugins"
	"github.com/cloud-engine/cloudengine/internal/prices"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/rego"
	"github.com/cloud-engine/cloudengine/internal/repository"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/stream"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/worker"
)

// Engine is everything but the outside: it plans and applies without anybody
// watching.
type Engine struct {
	Host         *Host
	Binary       terraform.Binary
	Catalog      *catalog.Catalog
	Policies     *rego.Policies
	Store        *store.Store
	Orchestrator *orchestrator.Orchestrator
	Streams      *stream.Streams

	directory *discord.Directory

	worker *worker.Worker
	prices *prices.Importer // nil: nothing refreshes list prices
	queue  *river.Client[pgx.Tx]
	log    *slog.Logger
}

// Parts of the queue's configuration.
const (
	// fetchCooldown is how soon after a fetch the queue looks again: a tenth of
	// the default, as people wait for plans.
	fetchCooldown = 10 * time.Millisecond
	// attachable bounds how many running applies one host takes up at once.
	attachable = 1000
	// pricesEvery is how often it is looked whether a price list is due.
	pricesEvery = time.Hour
	// beatsPerLease is how often, within its lease, a host says that it lives.
	beatsPerLease = 12
)

// startEngine builds the engine and starts it. What was started before an error
// is stopped again.
func startEngine(ctx context.Context, o Options) (_ *Engine, err error) {
	e := &Engine{log: o.Logger}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.stop(context.WithoutCancel(ctx)))
		}
	}()
	if e.Host, err = OpenHost(o.Config.DataDir); err != nil {
		return nil, err
	}
	e.Binary, err = terraform.Find(ctx, terraform.FindOptions{
		Path: o.Config.TerraformPath, InstallDir: filepath.Join(o.Config.DataDir, "terraform"), Logger: o.Logger,
	})
	if err != nil {
		return nil, err
	}
	if r := o.Config.Repository; r != nil {
		if err := repository.Fetch(ctx, *r, o.Config.RepositoriesDir(), o.Logger); err != nil {
			return nil, err
		}
	}
	if e.Catalog, err = loadCatalog(o.Config.Templates, o.Logger); err != nil {
		return nil, err
	}
	if e.Policies, err = rego.Load(ctx, o.Config.Policies, o.Config.Starter); err != nil {
		return nil, err
	}
	if e.Store, err = openStore(ctx, o); err != nil {
		return nil, err
	}
	if err := e.Store.RegisterHost(ctx, e.Host.ID, o.Version); err != nil {
		return nil, err
	}
	// The orchestrator inserts jobs and the jobs call the orchestrator: it gets a
	// client that only inserts, and the working client is built after it.
	inserter, err := river.NewClient(riverpgxv5.New(e.Store.Pool()), &river.Config{Logger: queueLogger(o.Logger)})
	if err != nil {
		return nil, fmt.Errorf("queue client: %w", err)
	}
	e.directory, err = discord.NewDirectory(o.Config.DiscordToken.Reveal(), o.Config.DiscordAPI)
	if err != nil {
		return nil, err
	}
	e.Orchestrator = orchestrator.New(orchestrator.Options{
		Store: e.Store, Catalog: e.Catalog, Queue: inserter, Policies: e.Policies.Hash(), Profiles: credentials.Of(o.Config, e.Host.ID), Members: e.directory, ModuleSettings: o.ModuleSettings, Logger: o.Logger,
		Lives: session.Lives{Draft: o.Config.DraftLife, Plan: o.Config.PlanLife}, Keep: retention(o.Config), Lease: o.Config.HostLease,
	})
	e.Streams = stream.New(e.Store, o.Logger)
	if !o.EmbeddedPrices {
		if err := e.loadPrices(ctx, o.Config.Prices); err != nil {
			return nil, err
		}
	}
	return e, e.startWorker(ctx, o.Config)
}

func (e *Engine) startWorker(ctx context.Context, c config.Config) error {
	runAs, err := TerraformUser(ctx, c, e.Binary, e.log)
	if err != nil {
		return err
	}
	shelf := plugins.New(plugins.Options{Dir: c.PluginsDir(), Mirror: c.Mirror, Binary: e.Binary, Logger: e.log})
	e.worker = worker.New(worker.Options{
		Store: e.Store, Orchestrator: e.Orchestrator, Streams: e.Streams, Binary: e.Binary, Policies: e.Policies, HostID: e.Host.ID, Credentials: checkedProfiles(c, e.Host.ID, e.log), Plugins: shelf, User: runAs, Lease: c.HostLease,
		RunsDir: filepath.Join(c.DataDir, "runs"), Lines: c.StreamLines, Interval: c.StreamInterval, Logger: e.log,
		DiskAlarm: uint64(c.DiskAlarm), RemindOf: c.Keep.Directories, Prices: e.prices,
	})
	if err := e.worker.Start(ctx); err != nil {
		return err
	}
	workers := river.NewWorkers()
	e.worker.Register(workers)
	client, err := river.NewClient(riverpgxv5.New(e.Store.Pool()), &river.Config{
		ID: e.Host.ID, Workers: workers, Logger: queueLogger(e.log), FetchCooldown: fetchCooldown,
		Queues: map[string]river.QueueConfig{
			jobs.QueueRuns:            {MaxWorkers: c.ParallelRuns},
			jobs.QueueMaintenance:     {MaxWorkers: 1},
			jobs.QueuePrices:          {MaxWorkers: 1},
			jobs.HostQueue(e.Host.ID): {MaxWorkers: attachable},
		},
		CompletedJobRetentionPeriod: jobAge(c), CancelledJobRetentionPeriod: jobAge(c), DiscardedJobRetentionPeriod: jobAge(c),
		ReindexerIndexNames: []string{}, // rebuilding an index is its owner's, who need not serve
		PeriodicJobs:        e.periodic(c),
	})
	if err != nil {
		return fmt.Errorf("queue client: %w", err)
	}
	// The queue outlives the context of the start: stop ends it.
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	e.queue = client
	e.Host.beat(e.Store, c.HostLease/beatsPerLease, e.log)
	return nil
}

// periodic are the jobs that nobody asks for.
func (e *Engine) periodic(c config.Config) []*river.PeriodicJob {
	every := func(d time.Duration, queue string, args river.JobArgs) *river.PeriodicJob {
		return river.NewPeriodicJob(river.PeriodicInterval(d),
			func() (river.JobArgs, *river.InsertOpts) { return args, &river.InsertOpts{Queue: queue} },
			&river.PeriodicJobOpts{RunOnStart: true})
	}
	list := []*river.PeriodicJob{every(c.SweepEvery, jobs.QueueMaintenance, jobs.Sweep{})}
	if e.prices != nil {
		list = append(list, every(pricesEvery, jobs.QueuePrices, jobs.Prices{}))
	}
	return list
}

// loadPrices makes the embedded price list part of the price book, and what refreshes
// it where that is wanted.
func (e *Engine) loadPrices(ctx context.Context, c config.Prices) error {
	seed, err := cost.Seed()
	if err != nil {
		return err
	}
	if err := e.Store.LoadPrices(ctx, seed); err != nil {
		return err
	}
	if c.Refresh {
		e.prices = prices.New(prices.Options{Store: e.Store, AWS: c.AWS, Azure: c.Azure, GCP: c.GCP, GCPKey: c.GCPKey.Reveal(), Logger: e.log})
	}
	return nil
}

// letGo begins no run any more and lets go of those that go on.
func (e *Engine) letGo() {
	if e.queue != nil {
		e.worker.Detach()
	}
}

// stop lets go of every run and ends what startEngine began, the last first.
func (e *Engine) stop(ctx context.Context) error {
	var errs []error
	e.letGo()
	if e.queue != nil {
		errs = append(errs, e.queue.Stop(ctx))
	}
	if e.prices != nil {
		e.prices.Close()
	}
	if e.Host != nil {
		errs = append(errs, e.Host.close())
	}
	if e.Store != nil {
		e.Store.Close()
	}
	return errors.Join(errs...)
}

func openStore(ctx context.Context, o Options) (*store.Store, error) {
	sealer, err := store.NewSealer([]byte(o.Config.Key.Reveal()))
	if err != nil {
		return nil, err
	}
	access := store.Access{URL: o.Config.DatabaseURL.Reveal(), Owner: o.Config.OwnerDatabaseURL.Reveal()}
	if err := store.Migrate(ctx, access, o.Logger); err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, store.Options{
		URL: access.URL, Sealer: sealer, Logger: o.Logger, Clock: o.Clock,
		MaxConns: int32(16 + 4*o.Config.ParallelRuns),
	})
	if err != nil {
		return nil, err
	}
	if err := s.RequireKey(ctx); err != nil {
		return s, err
	}
	return s, warnOfAudit(ctx, s, o.Logger)
}

// warnOfAudit says so where the role that serves could change the audit.
func warnOfAudit(ctx context.Context, s *store.Store, log *slog.Logger) error {
	guard, err := s.AuditGuard(ctx)
	if err != nil {
		return err
	}
	if why := guard.Weakness(); why != "" {
		log.WarnContext(ctx, "the audit can be changed by whoever has the bot's access to the database; docs/operations.md says how to serve as a role that cannot", slog.String("why", why))
	}
	return nil
}

// loadCatalog reads the built-in modules and the operator's. A module that
// cannot be used is named, and the others work.
func loadCatalog(folder string, log *slog.Logger) (*catalog.Catalog, error) {
	c, err := catalog.Installed(folder)
	if err != nil {
		return nil, err
	}
	for _, p := range c.Problems() {
		log.Warn("a module cannot be used as it is", slog.String("problem", p.String()))
	}
	return c, nil
}

// checkedProfiles are the credentials profiles of the host. One that cannot be used
// is named; projects that use it fail to plan until it is mended.
func checkedProfiles(c config.Config, host string, log *slog.Logger) credentials.Profiles {
	p := credentials.Of(c, host)
	_, faults := p.Check()
	for _, f := range faults {
		log.Error("a credentials profile cannot be used", slog.String("problem", f.Error()))
	}
	return p
}

// queueLogger keeps the queue's own chatter out of the log.
func queueLogger(log *slog.Logger) *slog.Logger {
	return slog.New(&atLeast{Handler: log.Handler(), level: slog.LevelWarn})
}

type atLeast struct {
	slog.Handler
	level slog.Level
}

func (h *atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

// whoIs asks a project's cloud who its credentials are.
func (e *Engine) whoIs(ctx context.Context, p project.Project) (who string, asked bool, err error) {
	provider, ok := e.Orchestrator.Catalog().Provider(p.Provider)
	if !ok {
		return "", false, nil
	}
	return e.worker.WhoIs(ctx, credentials.Use{Profile: p.Credentials, GuildID: p.GuildID, Project: p.Slug, Provider: p.Provider}, provider)
}
