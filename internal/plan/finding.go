package plan

// Finding is what a policy has to say about a plan.
type Finding struct {
	Policy   string   `json:"policy"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Resource string   `json:"resource,omitempty"` // label, where one is meant
}

// Severity is how much a finding matters.
type Severity string

// The severities.
const (
	Deny Severity = "deny"
	Warn Severity = "warn"
)

// Denies reports whether the plan must not be applied if the project enforces its
// policies.
func (f Finding) Denies() bool { return f.Severity != Warn }
