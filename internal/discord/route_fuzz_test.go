package discord

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// maxCustomID is what Discord allows.
const maxCustomID = 100

// Custom ids can be forged. One that is taken leads to numbers that make sense,
// and says the same when it is written again.
func FuzzRoutes(f *testing.F) {
	for _, id := range []string{
		"", "/", "s", "s/4kq2x7/approve/3", "s/4kq2x7/form/0//compute_vm.web/1", "s//x/-1", "s/a/b/999999", "s/a/b/1000000", "s/a/b/99999999999999999999",
		listing{List: listAudit, Page: 2, Project: "dev", User: "1180000000000000000", What: "session.approve", Since: noon}.to(3),
		"l/mine/0////-1", "l/mine/0////1y2p0ij32e8e7", "l/mine/-1////", "l/mine/0//zzzzzzzzzzzzzz//", "l/mine/0////-hjnxts0w",
		decisionRoute(7, verbApprove), "q/-1/approve", "q/9223372036854775808/approve", "q/+1/cancel", againRoute(12), "g/0/again", "g/-5/again", "f/abcd/1/0",
	} {
		f.Add(id)
	}
	b := &Bot{verbs: verbTable()}
	f.Fuzz(func(t *testing.T, id string) {
		if v := b.verb(id); v.name != "" && v.name != verbOf(id) {
			t.Errorf("%q leads to %q", id, v.name)
		}
		checkRoute(t, id)
		checkListing(t, id)
		for kind, parse := range map[string]func(string) (int64, bool){"request": parseDecision, "grant": parseAgain} {
			if n, ok := parse(id); ok && n < 1 {
				t.Errorf("%q is %s %d", id, kind, n)
			}
		}
		if n, ok := parseDecision(id); ok {
			if again, ok := parseDecision(decisionRoute(n, verbDecline)); !ok || again != n {
				t.Errorf("request %d came back as %d", n, again)
			}
		}
		if n, ok := parseAgain(id); ok {
			if again, ok := parseAgain(againRoute(n)); !ok || again != n {
				t.Errorf("grant %d came back as %d", n, again)
			}
		}
	})
}

func checkRoute(t *testing.T, id string) {
	t.Helper()
	r, ok := parseRoute(id)
	if !ok {
		return
	}
	if r.Seen < 0 || r.Seen >= 1_000_000 {
		t.Errorf("%q has seen plan %d", id, r.Seen)
	}
	if again, ok := parseRoute(r.String()); !ok || !reflect.DeepEqual(again, r) || len(r.String()) > len(id) {
		t.Errorf("%q came back as %q", id, r)
	}
	if form := formOf(r); form.Page < 0 || form.Page >= 1_000_000 || form.Seen != r.Seen || form.Session != r.Session {
		t.Errorf("%q is the form %+v", id, form)
	}
}

func checkListing(t *testing.T, id string) {
	t.Helper()
	l, ok := parseListing(id)
	if !ok {
		return
	}
	if part := l.part(); part.Offset < 0 || part.Offset > 10_000_000 {
		t.Errorf("%q begins at row %d", id, part.Offset)
	}
	if y := l.Since.Year(); !l.Since.IsZero() && (l.Since.Unix() < 0 || y > 9999) {
		t.Errorf("%q is since %s", id, l.Since)
	}
	again, ok := parseListing(l.to(l.Page))
	if !ok || again.to(l.Page) != l.to(l.Page) || !again.Since.Equal(l.Since) || again.User != l.User || again.What != l.What || again.Project != l.Project {
		t.Errorf("%q came back as %q", id, again.to(l.Page))
	}
	if p := l.paged("List", 1<<30, nil); size(p.Content) > maxContent {
		t.Errorf("%q does not fit into a message", id)
	}
}

// What the bot writes fits into a custom id and is read again, whatever is shown.
func FuzzWrittenRoutes(f *testing.F) {
	f.Add("4kq2x7", uint32(3), "compute_vm", "web", int64(7), uint64(1180000000000000000), int64(0))
	f.Add("4kq2x7", uint32(999_999), "k"+strings.Repeat("_", 30), strings.Repeat("n", 31), int64(1)<<62, ^uint64(0), int64(253402300799))
	f.Fuzz(func(t *testing.T, session string, number uint32, kind, name string, id int64, user uint64, since int64) {
		n := int(number % 1_000_000)
		label := project.Resource{Kind: kind, Name: name}.Label()
		if len(session) > 8 || len(kind) > 31 || len(name) > 31 || kind == "" || strings.ContainsAny(session+kind+name, "/") || strings.Contains(kind, ".") {
			return // not what the engine makes
		}
		r := form{Session: session, Seen: n, Kind: catalog.Kind{Name: kind}, Editing: label, Page: n % 100}.route()
		back, ok := parseRoute(r.String())
		if got := formOf(back); !ok || got.Editing != label || got.Kind.Name != kind || got.Page != n%100 || got.Seen != n || len(r.String()) > maxCustomID {
			t.Errorf("%q (%d long) came back as %+v", r, len(r.String()), got)
		}
		since &= 1<<31 - 1 // until 2038
		l := listing{List: listAudit, Page: n % 100_000, Project: name, User: strconv.FormatUint(user, 10), What: kind, Since: time.Unix(since, 0)}
		page := l.to(l.Page)
		if got, ok := parseListing(page); !ok || got.to(l.Page) != page || !got.Since.Equal(l.Since) || got.User != l.User || len(page) > maxCustomID {
			t.Errorf("%q (%d long) came back as %q", page, len(page), got.to(l.Page))
		}
		for _, id := range []string{decisionRoute(id, verbDecline), againRoute(id)} {
			if len(id) > maxCustomID {
				t.Errorf("%q is too long", id)
			}
		}
	})
}
