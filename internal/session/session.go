// Package session is one plan-first pass over a stack: the Session value, its
// machine of ten states and the events that move it. A Session is immutable: an
// event returns a new value or an error. The package must not know who stores
// sessions, who shows them, or how Terraform is run.
package session

import (
	"slices"
	"time"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// Session is one plan-first pass over a stack, shown as a lobby.
type Session struct {
	ID        string // short, for people and custom ids
	GuildID   string
	ProjectID int64
	StackID   int64
	Requester string // Discord user id
	// RequesterAs is the requester as Discord described them when they last acted.
	RequesterAs project.Person
	// Destroy: the session was opened to destroy the stack, and does nothing else.
	Destroy bool

	State State
	// Version rises by one with each save; it decides between two writers.
	Version int64
	// Generation rises with each submit; plans and approvals carry theirs.
	Generation int

	// Base is what the stack desired when Resources were last brought up to it.
	Base      []project.Resource
	Resources []project.Resource
	Tags      map[string]string // what the stack is to be tagged with
	Regions   []string          // in which the stack is to stand, its own first; none: in those in which it does
	Problems  []string          // why validation refused, every reason
	Failure   *Failure
	Plan      *Plan // of this generation, else nil
	Approvals []Approval
	Override  *Note // an admin let this plan pass in spite of policies that deny it
	Ending    *Note // who cancelled it, and why, where a reason was given
	// Replacing are the addresses that the plan makes anew, of what an apply left
	// unfinished.
	Replacing []string
	// RunID is the run that belongs to the state: the plan while PLANNING, the
	// apply from APPROVED on.
	RunID int64

	ChannelID       string
	LobbyMessageID  string // empty until posted
	NoticeMessageID string // that asks for approval; empty while nobody is asked
	ThreadID        string // empty until opened

	CreatedAt time.Time
	UpdatedAt time.Time
	ExpiresAt *time.Time // nil while something runs, and at the end
}

// Plan binds what people approve: the plan file, the configuration it was made
// from, and the state it was made against.
type Plan struct {
	RunID      int64
	Digest     plan.Digest
	SHA256     string // of the plan file, hex
	ConfigHash string
	State      project.StateMeta
	At         time.Time
	Findings   []plan.Finding // what policies found in it
	Policies   string         // hash of the policies that were asked
	Cost       *Cost          // nil: nobody estimated it
}

// Denied are the findings that deny the plan.
func (p *Plan) Denied() []plan.Finding {
	var denied []plan.Finding
	for _, f := range p.Findings {
		if f.Denies() {
			denied = append(denied, f)
		}
	}
	return denied
}

// Note is what somebody did to a session, and why.
type Note struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	// As is who lets a plan pass, as they were then: it passes while they may do so.
	As project.Person `json:"as,omitzero"`
}

// Approval is one person's consent to the plan of the session's generation.
type Approval struct {
	project.Person           // as they were when they approved
	At             time.Time `json:"at"`
}

// Failure is why a session is FAILED, in words people can act on.
type Failure struct {
	Phase       string   `json:"phase"` // "plan", "start" or "apply"
	Summary     string   `json:"summary"`
	Detail      string   `json:"detail,omitempty"`
	Advice      string   `json:"advice,omitempty"`   // what to do about it; empty: it is not known
	Resource    string   `json:"resource,omitempty"` // label, where one is to blame
	Interrupted bool     `json:"interrupted,omitempty"`
	Unfinished  []string `json:"unfinished,omitempty"` // addresses: started, never reported complete
	Unsaved     []string `json:"unsaved,omitempty"`    // addresses: reported complete, in no state
	Reference   string   `json:"reference,omitempty"`
}

// Lives are how long a session stays without activity.
type Lives struct {
	Draft time.Duration // in DRAFT
	Plan  time.Duration // in PLAN_READY, APPROVED and FAILED
}

// DefaultLives are what an installation starts with.
var DefaultLives = Lives{Draft: 30 * time.Minute, Plan: 24 * time.Hour}

// Moment is when an event happens, and the lives that hold then.
type Moment struct {
	Now   time.Time
	Lives Lives
}

// RegionsIn are those in which the session's stack is to stand, its own first; of one
// that is destroyed those in which it may.
func (s Session) RegionsIn(stack project.Stack) []string {
	switch {
	case s.Destroy:
		return stack.Standing()
	case len(s.Regions) > 0:
		return stack.Led(s.Regions)
	}
	return stack.Regions()
}

// clone copies what a transition may change, so that s stays as it was.
func (s Session) clone() Session {
	s.Base = slices.Clone(s.Base)
	s.Resources = slices.Clone(s.Resources)
	s.Problems = slices.Clone(s.Problems)
	s.Approvals = slices.Clone(s.Approvals)
	s.Replacing = slices.Clone(s.Replacing)
	return s
}

// touch sets the times that follow from the state that was just entered.
func (s Session) touch(at Moment) Session {
	s.UpdatedAt = at.Now
	s.ExpiresAt = nil
	switch s.State {
	case Draft:
		t := at.Now.Add(at.Lives.Draft)
		s.ExpiresAt = &t
	case PlanReady, Approved, Failed:
		t := at.Now.Add(at.Lives.Plan)
		s.ExpiresAt = &t
	}
	return s
}

// Resource finds a desired resource by its label.
func (s Session) Resource(label string) (project.Resource, bool) {
	i := slices.IndexFunc(s.Resources, func(r project.Resource) bool { return r.Label() == label })
	if i < 0 {
		return project.Resource{}, false
	}
	return s.Resources[i], true
}

// ApprovedBy reports whether the user's approval of this plan stands.
func (s Session) ApprovedBy(userID string) bool {
	return slices.ContainsFunc(s.Approvals, func(a Approval) bool { return a.UserID == userID })
}
