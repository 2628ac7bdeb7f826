package discord

import (
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
)

// stopping says what an apply that is to stop still waits for.
func (l lobby) stopping() []string {
	run := l.Run
	if run == nil || run.CancelRequestedAt == nil || run.EndedAt != nil {
		return nil
	}
	if l.forced() {
		return append([]string{"**Stopping by force**: Terraform is ended at once."}, l.ending()...)
	}
	waits := "Terraform to end"
	if under := workingLabels(l.done()); len(under) > 0 {
		waits = count(len(under), "resource") + ": " + codes(under, 10)
	}
	return []string{fmt.Sprintf("**Stopping**: waiting for %s. %s asked for it %s; nothing more is begun.", waits, mention(*run.CancelRequestedBy), relative(*run.CancelRequestedAt))}
}

// forced reports whether people had the session's run ended by force.
func (l lobby) forced() bool { return l.Run != nil && l.Run.ForceRequestedAt != nil }

// workingLabels names what is under way.
func workingLabels(p orchestrator.Progress) []string {
	var names []string
	for _, w := range p.Working {
		names = append(names, w.Label)
	}
	return names
}
