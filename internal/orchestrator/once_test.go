package orchestrator_test

import (
	"errors"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// However many ask at once, one deployment opens, and the others are told which.
func TestStartOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.applied("web", 1)
	for _, destroy := range []bool{true, false} {
		for round := range 10 {
			errs := w.atOnce(4, func(int) error {
				_, err := w.StartSession(w.ctx, by(dev), orchestrator.NewSession{Project: "dev", Stack: "web", ChannelID: "7", Destroy: destroy, Once: true})
				return err
			})
			opened, told := 0, ""
			for _, err := range errs {
				var already *orchestrator.OpenError
				switch {
				case err == nil:
					opened++
				case errors.As(err, &already) && (told == "" || told == already.Session.ID):
					told = already.Session.ID
					refused(t, err, usererr.Conflict, "<@"+dev.UserID+"> has opened this already, as deployment `"+told+"`", "Nothing more was started")
				default:
					t.Errorf("destroy %t, round %d: %v", destroy, round, err)
				}
			}
			s := w.session(told)
			if opened != 1 || s.Destroy != destroy || s.State.Ended() {
				t.Fatalf("destroy %t, round %d: %d were opened, and told was %+v", destroy, round, opened, s)
			}
			_, err := w.Cancel(w.ctx, by(dev), s.ID, s.Generation)
			w.must(err)
		}
	}
}
