package usererr_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// People read the public text as it is and nothing of what is behind it, however
// often it was wrapped; of a fault of ours they read the same whatever it was.
func FuzzText(f *testing.F) {
	f.Add("denied", "You cannot do that.", "password=hunter2")
	f.Add("internal", "the table is gone", "%s")
	f.Add("", "%d%!x", "")
	f.Fuzz(func(t *testing.T, code, public, cause string) {
		hidden := errors.New(cause)
		e := usererr.New(usererr.Code(code), "%s", public).Wrap(fmt.Errorf("save: %w", hidden))
		ours := usererr.Text(errors.New("x"), "k3f9")
		want := public
		if usererr.Code(code) == usererr.Internal {
			want = ours
		}
		for _, err := range []error{e, fmt.Errorf("%s: %w", cause, e), errors.Join(hidden, e)} {
			if got := usererr.Text(err, "k3f9"); got != want {
				t.Errorf("people read %q, not %q", got, want)
			}
			if !errors.Is(err, hidden) || !usererr.Is(err, usererr.Code(code)) {
				t.Errorf("the log cannot tell what %v was", err)
			}
		}
		if got := usererr.Text(hidden, "k3f9"); got != ours {
			t.Errorf("people read %q of a fault of ours", got)
		}
	})
}
