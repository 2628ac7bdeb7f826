package worker

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/credentials"
)

func TestCredentialsThatEndSoon(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 7, 20, 12, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		expires time.Time
		warned  bool
	}{
		"not known":         {time.Time{}, false},
		"in an hour":        {now.Add(time.Hour), false},
		"in thirty minutes": {now.Add(30 * time.Minute), false},
		"in ten minutes":    {now.Add(10 * time.Minute), true},
		"just now":          {now, true},
	} {
		var log bytes.Buffer
		w := &Worker{Options: Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}}
		w.warnOfExpiry(t.Context(), 7, "prod", credentials.Taken{Expires: tc.expires, Secrets: []string{"hunter2"}}, now)
		if warned := strings.Contains(log.String(), "level=WARN"); warned != tc.warned {
			t.Errorf("%s: %q", name, log.String())
		}
	}
}
