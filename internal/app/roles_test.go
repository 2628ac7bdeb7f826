package app_test

import (
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/config"
)

// The bot serves with one role and with two, and says once at the start where
// its own could change the audit.
func TestRolesInTheDatabase(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		roles    func(w *world)
		warnings int
	}{
		"another process migrates":      {func(*world) {}, 0},
		"the bot migrates as the owner": {func(w *world) { w.conf.OwnerDatabaseURL = config.NewSecret(w.db.Owner) }, 0},
		"one role for both":             {func(w *world) { w.conf.DatabaseURL = config.NewSecret(w.db.Owner) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.roles(w)
			w.start().project() // which writes to the audit
			if got := strings.Count(w.logs.String(), "the audit can be changed"); got != test.warnings {
				t.Errorf("warned %d times, want %d:\n%s", got, test.warnings, w.logs.String())
			}
		})
	}
}
