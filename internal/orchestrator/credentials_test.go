package orchestrator_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// withProfiles gives the world's engine three profiles: of the guild's dev, of all
// its projects, and of another guild.
func (w *world) withProfiles() {
	w.t.Helper()
	c := config.Defaults()
	c.Credentials, c.Guilds = w.t.TempDir(), []string{guild}
	for name, who := range map[string]string{
		"mine":   `"guilds": ["*"], "projects": ["dev"]`,
		"ours":   `"guilds": ["*"], "projects": ["*"]`,
		"theirs": `"guilds": ["1042069912345678901"], "projects": ["*"]`,
	} {
		content := fmt.Sprintf(`{%s, "providers": ["sandbox"], "env": {"A_KEY": "hunter2-text"}}`, who)
		w.must(os.WriteFile(filepath.Join(c.Credentials, name+".json"), []byte(content), 0o600))
	}
	w.process = w.with(orchestrator.Options{Catalog: builtIn(w.t), Profiles: credentials.Of(c, "h1")})
}

func TestProjectNamesAProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withProfiles()
	if diff := cmp.Diff([]string{"mine", "ours"}, w.Profiles(guild, "dev", "sandbox")); diff != "" {
		t.Error(diff)
	}
	if got := w.edit(orchestrator.ProjectEdit{Credentials: ptr("mine")}); got.Credentials != "mine" {
		t.Errorf("it is %q", got.Credentials)
	}
	if got := w.edit(orchestrator.ProjectEdit{Credentials: ptr("ours")}); got.Credentials != "ours" {
		t.Errorf("it is %q", got.Credentials)
	}
	const named = `select count(*) from audit where action = 'project.edit' and before->>'credentials' = 'mine' and after->>'credentials' = 'ours'`
	if n := w.count(named); n != 1 {
		t.Errorf("%d rows of the audit name it", n)
	}
	if n := w.count(`select count(*) from audit a where a::text like '%hunter2%'`); n != 0 {
		t.Error("the audit has its values")
	}
	if got := w.edit(orchestrator.ProjectEdit{Credentials: ptr("")}); got.Credentials != "" {
		t.Errorf("it is %q still", got.Credentials)
	}
	p, err := w.CreateProject(w.ctx, by(owner), orchestrator.NewProject{Slug: "shop", Provider: "sandbox", Credentials: "ours"})
	if err != nil || p.Credentials != "ours" {
		t.Errorf("created with %q, %v", p.Credentials, err)
	}
}

// A profile of others, one of another project and one that is not there are refused
// in the same words.
func TestProfilesOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withProfiles()
	var said []string
	for _, name := range []string{"theirs", "nobodys", "../mine", "Mine", "*"} {
		_, err := w.EditProject(w.ctx, by(owner), "dev", orchestrator.ProjectEdit{Credentials: &name})
		refused(t, err, usererr.Invalid)
		refusal, _ := usererr.Of(err)
		said = append(said, strings.ReplaceAll(refusal.Public, "`"+name+"`", "`x`"))
	}
	for _, text := range said {
		if text != said[0] {
			t.Errorf("%q is not %q", text, said[0])
		}
	}
	_, err := w.CreateProject(w.ctx, by(owner), orchestrator.NewProject{Slug: "shop", Provider: "sandbox", Credentials: "mine"})
	refused(t, err, usererr.Invalid)
	if refusal, _ := usererr.Of(err); !strings.HasPrefix(refusal.Public, "There is no credentials profile `mine` that project `shop` may use. Nothing was changed.") {
		t.Error(refusal.Public)
	}
	if n := w.count("select count(*) from projects where slug = 'shop' or credentials <> ''"); n != 0 {
		t.Error("something was changed")
	}
	// Who may not change the project's rules learns nothing of its profiles.
	_, err = w.EditProject(w.ctx, by(dev), "dev", orchestrator.ProjectEdit{Credentials: ptr("mine")})
	refused(t, err, usererr.Denied)
}

// What was planned with one profile is not applied with another.
func TestAnotherProfileVoidsThePlan(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]string{"another": "ours", "none": "", "the same": "mine"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.withProfiles()
			w.edit(orchestrator.ProjectEdit{Credentials: ptr("mine")})
			s := w.planning("")
			planTask, err := w.BeginPlan(w.ctx, s.RunID, "h1")
			w.must(err)
			want := credentials.Use{Profile: "mine", GuildID: guild, Project: "dev", Provider: "sandbox"}
			if diff := cmp.Diff(want, planTask.Credentials); diff != "" {
				t.Error(diff)
			}
			w.must(w.Planned(w.ctx, planOf(planTask, creates)))
			s = w.wantState(s.ID, session.PlanReady)
			w.must(w.Approve(w.ctx, by(dev), s.ID, s.Generation, ""))
			s = w.session(s.ID)
			w.edit(orchestrator.ProjectEdit{Credentials: &to})
			if to != "mine" {
				w.notBegun(w.process, s)
				if got := w.wantState(s.ID, session.Planning); got.Generation == s.Generation || len(got.Approvals) != 0 {
					t.Errorf("generation %d, approvals %v", got.Generation, got.Approvals)
				}
				return
			}
			task, err := w.BeginApply(w.ctx, s.RunID, "h1")
			w.must(err)
			if diff := cmp.Diff(want, task.Credentials); diff != "" {
				t.Error(diff)
			}
		})
	}
}
