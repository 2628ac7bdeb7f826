package project

import (
	"slices"
	"time"
)

// Rules are what a project's admins have decided about it. The zero value is a
// project without any: whoever may deploy applies their own plans.
type Rules struct {
	Approvals ApprovalRule `json:"approvals,omitzero"`
	// Enforcement is what a policy that denies comes to; empty: EnforceOverridable,
	// which lets nothing through by itself and leaves nobody without a way on.
	Enforcement  Enforcement   `json:"enforcement,omitempty"`
	Kinds        []string      `json:"kinds,omitempty"`         // allowed; empty: every kind
	NamePattern  string        `json:"name_pattern,omitempty"`  // RE2, for the whole name of stacks and resources; empty: any
	RequiredTags []string      `json:"required_tags,omitempty"` // keys
	Channels     []string      `json:"channels,omitempty"`      // where lobbies open; empty: in every channel
	GrantDefault time.Duration `json:"grant_default,omitempty"` // of grants without a duration; 0: until revoked
	GrantMax     time.Duration `json:"grant_max,omitempty"`     // 0: no maximum
	Freeze       *Freeze       `json:"freeze,omitempty"`
}

// ApprovalRule says whose consent a plan takes.
type ApprovalRule struct {
	// Needed is how many distinct people must approve, 0 to MostApprovals. 0: the
	// requester alone decides.
	Needed int `json:"needed,omitempty"`
	// Level is what an approver must have; NoAccess stands for Approve.
	Level Level `json:"level,omitempty"`
	// Role, where it is set, is a Discord role that approvers must have, and then
	// seeing the project is enough.
	Role string `json:"role,omitempty"`
	// RequesterCounts: who asked for the deployment may be one of the approvers.
	// Where one approval is needed, theirs alone is enough.
	RequesterCounts bool `json:"requester_counts,omitempty"`
}

// MostApprovals bounds ApprovalRule.Needed.
const MostApprovals = 5

// AtLevel is the level that an approver must have.
func (r ApprovalRule) AtLevel() Level {
	switch {
	case r.Role != "":
		return View
	case r.Level == NoAccess:
		return Approve
	}
	return r.Level
}

// Enforcement is what a policy that denies a plan comes to.
type Enforcement string

// The enforcements.
const (
	EnforceAdvisory    Enforcement = "advisory"    // it is shown
	EnforceOverridable Enforcement = "overridable" // nobody approves before an admin has let it pass, with a reason
	EnforceMandatory   Enforcement = "mandatory"   // nobody approves
)

// Enforcements returns all three, the mildest first.
func Enforcements() []Enforcement {
	return []Enforcement{EnforceAdvisory, EnforceOverridable, EnforceMandatory}
}

// Freeze keeps applies from starting. Plans are made all the same.
type Freeze struct {
	Until  *time.Time `json:"until,omitempty"` // nil: until somebody ends it
	Reason string     `json:"reason"`
	By     string     `json:"by"`
}

// At reports whether the freeze holds at t.
func (f *Freeze) At(t time.Time) bool { return f != nil && (f.Until == nil || t.Before(*f.Until)) }

// Enforced is how policies are enforced.
func (r Rules) Enforced() Enforcement {
	if r.Enforcement == "" {
		return EnforceOverridable
	}
	return r.Enforcement
}

// KindAllowed reports whether resources of a kind may be deployed.
func (r Rules) KindAllowed(kind string) bool {
	return len(r.Kinds) == 0 || slices.Contains(r.Kinds, kind)
}

// ChannelAllowed reports whether lobbies may open in a channel.
func (r Rules) ChannelAllowed(channelID string) bool {
	return len(r.Channels) == 0 || slices.Contains(r.Channels, channelID)
}

// Guild is what the engine's admins of a Discord server have decided about it.
type Guild struct {
	ID              string
	AdminRole       string // empty: members with Manage Server are admins
	RequestsChannel string // empty: requests are posted where they are made
}
