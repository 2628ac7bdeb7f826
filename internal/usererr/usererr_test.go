package usererr_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func TestText(t *testing.T) {
	secret := errors.New("dial tcp 10.0.0.1: password=hunter2")
	denied := usererr.New(usererr.Denied, "You cannot deploy to `%s`.", "prod")
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"public":          {denied, "You cannot deploy to `prod`."},
		"public, wrapped": {fmt.Errorf("approve: %w", denied.Wrap(secret)), "You cannot deploy to `prod`."},
		"foreign":         {secret, "reference `k3f9`"},
		"internal":        {usererr.New(usererr.Internal, "the table is gone").Wrap(secret), "reference `k3f9`"},
	} {
		t.Run(name, func(t *testing.T) {
			got := usererr.Text(tc.err, "k3f9")
			if !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want it to contain %q", got, tc.want)
			}
			if strings.Contains(got, "hunter2") || strings.Contains(got, "table") {
				t.Errorf("the cause leaked: %q", got)
			}
		})
	}
}

func TestWrapKeepsTheCauseForLogs(t *testing.T) {
	cause := errors.New("boom")
	base := usererr.New(usererr.Conflict, "busy")
	err := base.Wrap(cause)
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "boom") {
		t.Errorf("cause lost: %v", err)
	}
	if errors.Is(base, cause) {
		t.Error("Wrap changed the error it was called on")
	}
	if !usererr.Is(fmt.Errorf("x: %w", err), usererr.Conflict) || usererr.Is(cause, usererr.Conflict) {
		t.Error("Is does not tell codes")
	}
}

func TestReference(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		r := usererr.Reference()
		if len(r) != 6 || strings.ContainsAny(r, "01oil") {
			t.Fatalf("reference %q", r)
		}
		seen[r] = true
	}
	if len(seen) < 990 {
		t.Errorf("only %d of 1000 references differ", len(seen))
	}
}
