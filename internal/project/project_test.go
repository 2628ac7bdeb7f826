package project_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cloud-engine/cloudengine/internal/project"
)

func TestValidSlug(t *testing.T) {
	for s, want := range map[string]bool{
		"dev": true, "a": true, "a1": true, "web-2": true, "abcdefghijklmnopqrstuvwxyz-12345": true,
		"": false, "1a": false, "-a": false, "a-": false, "Dev": false, "a_b": false, "a b": false, "dév": false,
		"abcdefghijklmnopqrstuvwxyz-123456": false, "a\n": false, "${x}": false, "../x": false,
	} {
		if got := project.ValidSlug(s); got != want {
			t.Errorf("ValidSlug(%q) = %t", s, got)
		}
	}
}

func TestParseLevel(t *testing.T) {
	for _, l := range project.Levels() {
		got, err := project.ParseLevel(l.String())
		if err != nil || got != l {
			t.Errorf("ParseLevel(%s) = %v, %v", l, got, err)
		}
	}
	for _, s := range []string{"", "none", "Deploy", "root"} {
		if _, err := project.ParseLevel(s); err == nil {
			t.Errorf("ParseLevel(%q) was accepted", s)
		}
	}
}

// A grant permits from its time on, up to and without the instant at which it
// expires or is revoked.
func TestGrantAgainstAClock(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		minutes := func(name string) time.Time {
			return start.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, name)) * time.Minute)
		}
		g := project.Grant{GrantedAt: minutes("granted")}
		if rapid.Bool().Draw(t, "expires") {
			at := minutes("expires at")
			g.ExpiresAt = &at
		}
		if rapid.Bool().Draw(t, "revoked") {
			at := minutes("revoked at")
			g.RevokedAt = &at
		}
		now := minutes("now")
		want := now.Compare(g.GrantedAt) >= 0 &&
			(g.ExpiresAt == nil || now.Compare(*g.ExpiresAt) < 0) &&
			(g.RevokedAt == nil || now.Compare(*g.RevokedAt) < 0)
		if got := g.ActiveAt(now); got != want {
			t.Fatalf("ActiveAt(%v) = %t for %+v", now, got, g)
		}
	})
}

func TestEffective(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	hour := now.Add(time.Hour)
	grants := []project.Grant{
		{ProjectID: 1, UserID: "ada", Level: project.View, GrantedAt: now.Add(-time.Hour)},
		{ProjectID: 1, UserID: "ada", Level: project.Deploy, GrantedAt: now.Add(-time.Hour), ExpiresAt: &hour},
		{ProjectID: 1, UserID: "ada", Level: project.Admin, GrantedAt: now.Add(-time.Hour), ExpiresAt: &now},
		{ProjectID: 2, UserID: "ada", Level: project.Admin, GrantedAt: now.Add(-time.Hour)},
		{ProjectID: 1, UserID: "eve", Level: project.Admin, GrantedAt: now.Add(-time.Hour)},
	}
	for _, tc := range []struct {
		at   time.Time
		user string
		want project.Level
	}{
		{now, "ada", project.Deploy},
		{hour, "ada", project.View},
		{now.Add(-time.Minute), "ada", project.Admin},
		{now, "nobody", project.NoAccess},
	} {
		if got := project.Effective(grants, 1, project.Person{UserID: tc.user}, tc.at); got != tc.want {
			t.Errorf("Effective(%s, %v) = %s, want %s", tc.user, tc.at, got, tc.want)
		}
	}
}

func res(name string, size int) project.Resource {
	return project.Resource{Kind: "vm", Name: name, Values: map[string]any{"size": float64(size)}}
}

func TestMerge(t *testing.T) {
	base := []project.Resource{res("a", 1), res("b", 1), res("c", 1)}
	mine := []project.Resource{res("a", 2), res("b", 1), res("new", 1)}                 // a changed, c removed, new added
	theirs := []project.Resource{res("a", 9), res("b", 9), res("c", 9), res("else", 1)} // all changed, else added
	want := []project.Resource{res("a", 2), res("b", 9), res("else", 1), res("new", 1)}
	if diff := cmp.Diff(want, project.Merge(base, mine, theirs)); diff != "" {
		t.Error(diff)
	}
	// What they removed and I left alone is gone; what I changed stays.
	got := project.Merge(base, []project.Resource{res("a", 2), res("b", 1), res("c", 1)}, nil)
	if diff := cmp.Diff([]project.Resource{res("a", 2)}, got); diff != "" {
		t.Error(diff)
	}
}

// Without a change on one side the merge is the other side.
func TestMergeOfOneSide(t *testing.T) {
	list := rapid.Custom(func(t *rapid.T) []project.Resource {
		var out []project.Resource
		for i := range 5 {
			if rapid.Bool().Draw(t, "present") {
				out = append(out, res(fmt.Sprint(i), rapid.IntRange(1, 2).Draw(t, "size")))
			}
		}
		return out
	})
	rapid.Check(t, func(t *rapid.T) {
		base, other := list.Draw(t, "base"), list.Draw(t, "other")
		if diff := cmp.Diff(other, project.Merge(base, base, other)); diff != "" {
			t.Fatalf("mine unchanged: %s", diff)
		}
		got := map[string]any{}
		for _, r := range project.Merge(base, other, base) {
			got[r.Label()] = r
		}
		want := map[string]any{}
		for _, r := range other {
			want[r.Label()] = r
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("theirs unchanged: %s", diff)
		}
	})
}
