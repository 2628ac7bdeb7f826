package discord

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// secret is a name in the deployments that nobody types: who reads it, sees them.
const secret = "crown"

// scene is a world in which there is something of everything: deployments of the
// requester's in each state that a button needs, a request, a form that was kept,
// people of all kinds. What is done in it can be undone.
type scene struct {
	*world
	circumstances
	there, alien *discordsim.Guild // another that is served, and one that is not
	personas     []*persona
	sessions     map[string]session.Session // by the name of their stack
	request      int64                      // for access
	ended        int64                      // a grant
	draft        string                     // a form that was kept
	guest        *discordsim.Member         // may see dev
	stranger     *discordsim.Member         // of the other server
	lobby        *discordsim.Message
	now          time.Time
	kept         map[string]string // the database as it is at first, see tables
	restored     int64
}

func newScene(t *testing.T, c circumstances) *scene {
	t.Helper()
	s := &scene{world: newWorld(t, setup{idle: true, sim: discordsim.Options{RouteRate: discordsim.NoLimit, GlobalRate: discordsim.NoLimit}}), circumstances: c, sessions: map[string]session.Session{}, now: time.Now()}
	ctx, cancel := context.WithTimeout(context.Background(), 4*patience)
	t.Cleanup(cancel)
	s.ctx = ctx
	s.there, s.alien = s.sim.NewGuild("Elsewhere"), s.sim.NewGuild("Nowhere")
	for _, g := range []*discordsim.Guild{s.there, s.alien} {
		g.AddApplication(s.app, discordsim.Permissions(Permissions()))
		g.OfferAll(s.app, true)
	}
	s.guild.OfferAll(s.app, true)
	// A server may have the commands from when it was served.
	former := s.newBot(func(o *Options) { o.Guilds, o.HostID = []string{s.alien.ID}, "former" })
	s.must(former.identify(s.ctx))
	former.register(s.ctx, s.alien.ID)
	s.bot = s.newBot(func(o *Options) { o.Guilds = []string{s.guild.ID, s.there.ID} })
	s.start(s.bot)

	get(s.orch.CreateProject(s.ctx, orchestrator.Request{GuildID: s.guild.ID, Person: person(s.boss)}, orchestrator.NewProject{Slug: "dev", Provider: "sandbox"}))(s.world)
	s.people()
	s.deployments()
	s.paper()
	s.settle()
	s.exec("delete from outbox where sent_at is null") // it would come in the middle
	s.lobby = s.world.lobby("Draft")
	if c.archived {
		s.exec("update projects set archived_at = now() - interval '1 minute'")
	}
	s.rule(func(r *project.Rules) { r.Approvals.Needed = c.approvals })
	s.everyTable()
	s.kept = s.tables()
	return s
}

func (s *scene) exec(sql string, args ...any) {
	s.t.Helper()
	_, err := s.store.Pool().Exec(s.ctx, sql, args...)
	s.must(err)
}

// ask is how the requester asks for something, past Discord.
func (s *scene) ask() orchestrator.Request {
	return orchestrator.Request{GuildID: s.guild.ID, Person: project.Person{UserID: s.ada.ID, JoinedAt: s.ada.JoinedAt()}}
}

// deployments brings one to each state that a button needs.
func (s *scene) deployments() {
	s.t.Helper()
	s.must(s.store.RegisterHost(s.ctx, "host", "test"))
	s.must(s.store.RegisterHost(s.ctx, "lost", "test"))
	gone := plan.Digest{Destroy: 1, Changes: []plan.Change{{Address: "vpc." + secret, Label: "vpc." + secret, Action: plan.Delete}}}
	s.begin("draft")
	s.planned("plan", creates("vpc."+secret))
	s.planned("doomed", gone)
	s.planned("denied", creates("vpc."+secret), public)
	s.approved("approved")
	s.applying("applying", "host")
	s.applying("stuck", "host")
	get(s.orch.Cancel(s.ctx, s.ask(), s.sessions["stuck"].ID, s.sessions["stuck"].Generation))(s.world)
	s.exec("update runs set cancel_requested_at = now() - interval '1 hour' where cancel_requested_at is not null")
	s.torn("torn")
	s.applying("lost", "lost")
	s.exec("update hosts set seen_at = now() - interval '1 hour' where id = 'lost'")
	s.begin("standing")
	s.exec("update stacks set state_serial = 7, state_lineage = 'l', resources = $1, held = $1, outputs = $2 where name = 'standing'",
		`[{"kind": "vpc", "name": "`+secret+`"}]`, `[{"label": "vpc.`+secret+`", "name": "cidr", "value": "10.0.0.0/16"}]`)
	s.exec("update sessions set state = 'APPLIED', expires_at = null, version = version + 1 where id = $1", s.sessions["standing"].ID)
	for name, x := range s.sessions {
		s.sessions[name] = get(s.store.Session(s.ctx, x.ID))(s.world)
	}
}

func (s *scene) begin(stack string) session.Session {
	s.t.Helper()
	x := get(s.orch.StartSession(s.ctx, s.ask(), orchestrator.NewSession{Project: "dev", Stack: stack, ChannelID: s.ops.ID}))(s.world)
	s.sessions[stack] = x
	return x
}

func (s *scene) planned(stack string, d plan.Digest, found ...plan.Finding) session.Session {
	s.t.Helper()
	x := s.begin(stack)
	s.must(s.orch.PutResource(s.ctx, s.ask(), orchestrator.Form{Session: x.ID, Seen: x.Generation, Kind: "vpc", Raw: map[string]string{"name": secret}}))
	x = get(s.store.Session(s.ctx, x.ID))(s.world)
	task := get(s.orch.BeginPlan(s.ctx, x.RunID, "host"))(s.world)
	s.must(s.orch.Planned(s.ctx, orchestrator.Planned{Task: task, Digest: d, SHA256: "abc", Files: map[string][]byte{"main.tf.json": []byte("{}")}, Findings: found}))
	s.sessions[stack] = get(s.store.Session(s.ctx, x.ID))(s.world)
	return s.sessions[stack]
}

func (s *scene) approved(stack string) session.Session {
	s.t.Helper()
	x := s.planned(stack, creates("vpc."+secret))
	s.must(s.orch.Approve(s.ctx, s.ask(), x.ID, x.Generation, ""))
	return get(s.store.Session(s.ctx, x.ID))(s.world)
}

func (s *scene) applying(stack, host string) {
	s.t.Helper()
	get(s.orch.BeginApply(s.ctx, s.approved(stack).RunID, host))(s.world)
}

// torn fails in the middle of making a network.
func (s *scene) torn(stack string) {
	s.t.Helper()
	s.applying(stack, "host")
	x := get(s.store.Session(s.ctx, s.sessions[stack].ID))(s.world)
	s.interrupted(get(s.store.Run(s.ctx, x.RunID))(s.world), torn)
}

// torn is what it was making.
const torn = "module.vpc-" + secret + ".terraform_data.this"

// paper is what else there is: a request for access, and a form that was kept.
func (s *scene) paper() {
	s.t.Helper()
	asker := s.who(theAsker)
	r := get(s.orch.RequestAccess(s.ctx, orchestrator.Request{GuildID: s.guild.ID, Person: project.Person{UserID: asker.ID, JoinedAt: asker.JoinedAt()}},
		orchestrator.NewRequest{Project: "dev", Level: "deploy", Reason: "to help", ChannelID: s.ops.ID}))(s.world)
	s.request = r.ID
	s.draft = get(s.store.KeepDraft(s.ctx, store.FormDraft{GuildID: s.guild.ID, SessionID: s.sessions["draft"].ID, UserID: s.ada.ID, Kind: "vpc", Raw: map[string]string{"name": "other"}}))(s.world)
}

// to is the custom id of a verb on a deployment.
func (s *scene) to(stack, verb string, more ...string) string {
	x := s.sessions[stack]
	return route{Session: x.ID, Verb: verb, Seen: x.Generation, More: more}.String()
}

// restorable are the tables that a scene is made of, each after those that it
// refers to.
var restorable = []string{"hosts", "guilds", "projects", "grants", "stacks", "sessions", "runs", "plans", "approvals", "state_versions", "run_lines",
	"access_requests", "quotas", "form_drafts", "outbox", "alarms", "shut_channels"}

// tables reads the database, but for the interactions, which are handled once
// whatever comes of them. Of the audit it is enough how many rows there are: none
// is ever changed.
func (s *scene) tables() map[string]string {
	s.t.Helper()
	var selects []string
	for _, name := range restorable {
		selects = append(selects, "select '"+name+"' as name, (select coalesce(json_agg(x order by x::text), '[]')::text from "+name+" x) as rows")
	}
	selects = append(selects, "select 'audit', (select count(*)::text from audit)")
	rows, err := s.store.Pool().Query(s.ctx, strings.Join(selects, " union all "))
	s.must(err)
	type table struct{ Name, Rows string }
	all := map[string]string{}
	for _, t := range get(pgx.CollectRows(rows, pgx.RowToStructByName[table]))(s.world) {
		all[t.Name] = t.Rows
	}
	return all
}

// changed names the tables that are not as they were. What somebody typed in vain
// is kept for them: that is no change.
func (s *scene) changed() []string {
	s.t.Helper()
	var names []string
	for name, rows := range s.tables() {
		if rows != s.kept[name] && name != "form_drafts" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// everyTable refuses to run when there is a table that a scene knows nothing of.
// Price lists are no guild's, and nobody changes them from Discord.
func (s *scene) everyTable() {
	s.t.Helper()
	rows, err := s.store.Pool().Query(s.ctx, `select table_name::text from information_schema.tables
		where table_schema = 'public' and table_name not like 'river%' and table_name not in ('audit', 'interactions', 'schema_version', 'prices', 'price_snapshots', 'price_parts', 'places')`)
	s.must(err)
	for _, name := range get(pgx.CollectRows(rows, pgx.RowTo[string]))(s.world) {
		if !slices.Contains(restorable, name) {
			s.t.Fatalf("the matrix does not look at table %s", name)
		}
	}
}

// restore puts the scene back to what it was at first. Versions of sessions go on,
// as those who keep a session in memory know it by its version.
func (s *scene) restore() {
	s.t.Helper()
	s.restored++
	s.must(pgx.BeginFunc(s.ctx, s.store.Pool(), func(tx pgx.Tx) error {
		for _, name := range slices.Backward(restorable) {
			if _, err := tx.Exec(s.ctx, "delete from "+name); err != nil {
				return err
			}
		}
		for _, name := range restorable {
			if _, err := tx.Exec(s.ctx, "insert into "+name+" overriding system value select * from json_populate_recordset(null::"+name+", $1)", s.kept[name]); err != nil {
				return err
			}
		}
		_, err := tx.Exec(s.ctx, "update sessions set version = version + 1000 * $1", s.restored)
		return err
	}))
	s.kept = s.tables()
}
