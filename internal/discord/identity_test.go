package discord

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Whoever names a credentials profile reads at once whether the cloud takes it.
func TestCheckIdentity(t *testing.T) {
	t.Parallel()
	type answer struct {
		who   string
		asked bool
		err   error
	}
	for name, c := range map[string]struct {
		answer answer
		want   string // empty: nothing is said
	}{
		"taken":              {answer{who: "arn:aws:iam::1:user/`ce`", asked: true}, "they are `arn:aws:iam::1:user/"},
		"taken, without who": {answer{asked: true}, "✅ The cloud takes the credentials."},
		"not asked":          {answer{}, ""},
		"refused":            {answer{asked: true, err: usererr.New(usererr.Denied, "ExpiredToken: it is ```expired```")}, "does not take the credentials, so nothing can be planned yet:\n```\nExpiredToken"},
		"no plugins":         {answer{asked: true, err: usererr.New(usererr.Unavailable, "The plugins are not here.")}, "could not be checked: The plugins are not here."},
		"too late":           {answer{asked: true, err: context.DeadlineExceeded}, "did not say in time"},
		"a fault of ours":    {answer{asked: true, err: errors.New("disk on fire")}, "could not be found out"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &Bot{Options: Options{Logger: slog.New(slog.DiscardHandler), WhoIs: func(context.Context, project.Project) (string, bool, error) {
				return c.answer.who, c.answer.asked, c.answer.err
			}}}
			said := strings.Join((&call{Bot: b}).checkIdentity(t.Context(), project.Project{Credentials: "p"}), "\n")
			if c.want == "" && said != "" || !strings.Contains(said, c.want) {
				t.Errorf("it says %q", said)
			}
			if strings.Contains(said, "disk on fire") || strings.Count(said, "```") > 2 {
				t.Errorf("it shows what it should not: %q", said)
			}
			if silent := (&call{Bot: b}).checkIdentity(t.Context(), project.Project{}); silent != nil {
				t.Errorf("without a profile it says %q", silent)
			}
		})
	}
}
