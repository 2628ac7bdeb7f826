package discord

import (
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// sampleRequest is one for two hours of deploy, in a state.
func sampleRequest(state project.RequestState, change func(*orchestrator.AccessRequest)) orchestrator.AccessRequest {
	by := "1"
	r := orchestrator.AccessRequest{
		AccessRequest: project.AccessRequest{ID: 12, UserID: "100", Level: project.Deploy, Life: 2 * time.Hour, Reason: "the release\n**of** today",
			State: state, CreatedAt: noon},
		Project: project.Project{Slug: "dev"},
	}
	if state != project.RequestPending {
		r.DecidedBy, r.DecidedAt = &by, at(time.Minute)
	}
	if change != nil {
		change(&r)
	}
	return r
}

func granted(d time.Duration) func(*orchestrator.AccessRequest) {
	return func(r *orchestrator.AccessRequest) {
		r.Grant = &project.Grant{GrantedAt: noon, ExpiresAt: at(d)}
	}
}

// What people see of requests for access, and of ends of access.
func TestAccessMessages(t *testing.T) {
	t.Parallel()
	because := func(why, by string) func(*orchestrator.AccessRequest) {
		return func(r *orchestrator.AccessRequest) { r.Decision, r.DecidedBy = why, &by }
	}
	pending := sampleRequest(project.RequestPending, nil)
	approved, less := sampleRequest(project.RequestApproved, granted(2*time.Hour)), sampleRequest(project.RequestApproved, granted(time.Hour))
	declined := sampleRequest(project.RequestDeclined, because("not on a Friday", "1"))
	ending := orchestrator.Ending{Grant: project.Grant{ID: 7, UserID: "100", Level: project.Deploy, GrantedAt: noon, ExpiresAt: at(time.Hour)}, Project: project.Project{Slug: "dev"}}
	seer, role := ending, ending
	seer.Level = project.View
	role.UserID, role.RoleID = "", "200"
	for name, p := range map[string]picture{
		"request":           requestPicture(pending, []string{"1"}, []string{"200"}),
		"request-no-admin":  requestPicture(sampleRequest(project.RequestPending, func(r *orchestrator.AccessRequest) { r.Life = 0 }), nil, nil),
		"request-approved":  requestPicture(approved, nil, nil),
		"request-less":      requestPicture(less, nil, nil),
		"request-declined":  requestPicture(declined, nil, nil),
		"request-cancelled": requestPicture(sampleRequest(project.RequestCancelled, nil), nil, nil),
		"request-left":      requestPicture(sampleRequest(project.RequestCancelled, because("left the server", store.Engine)), nil, nil),
		"told-approved":     decidedText(approved),
		"told-less":         decidedText(less),
		"told-declined":     decidedText(declined),
		"told-no-reason":    decidedText(sampleRequest(project.RequestDeclined, nil)),
		"ending":            endingText(ending),
		"ending-view":       endingText(seer),
		"ending-role":       endingText(role),
		"settings":          text(settingsText(project.Guild{})),
		"settings-set":      text(settingsText(project.Guild{AdminRole: "200", RequestsChannel: "700"})),
	} {
		golden(t, "access/"+name, draw(p))
	}
	golden(t, "access/again-form", drawModal(againForm(ending)))
	golden(t, "access/decline-form", drawModal(declineForm(12)))
}
