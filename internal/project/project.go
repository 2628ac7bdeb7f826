// Package project holds the values people are given access to (projects,
// stacks, grants, quotas) and the arithmetic on them. It must not know where
// they are stored, who shows them, or what Terraform makes of them.
package project

import (
	"regexp"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// Project is what people are given access to: a slug, unique in its guild, on
// one provider.
type Project struct {
	ID            int64
	GuildID       string
	Slug          string
	Provider      string
	DefaultRegion string
	Regions       []string // allowed; empty means every region of the provider
	Rules         Rules
	Credentials   string // name of the profile that its Terraform gets; empty: none
	CreatedBy     string
	CreatedAt     time.Time
	ArchivedAt    *time.Time // nothing can be deployed to an archived project
	// Usage is what usage-based components use in a month: by resource type or
	// address, then by component, in the component's unit.
	Usage map[string]map[string]decimal.Decimal
}

// RegionAllowed reports whether stacks of p may stand in region.
func (p Project) RegionAllowed(region string) bool {
	return len(p.Regions) == 0 || slices.Contains(p.Regions, region)
}

// slugPattern keeps names usable in a Discord thread name, a Terraform
// identifier and a directory alike.
var slugPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,30}[a-z0-9]$|^[a-z]$`)

// SlugRule says in words what ValidSlug accepts.
const SlugRule = "1 to 32 characters: small letters, digits and dashes, a letter first, no dash last"

// ValidSlug reports whether s can name a project or a stack.
func ValidSlug(s string) bool { return slugPattern.MatchString(s) }

// Resource is one desired resource of a stack: an instance of a kind.
type Resource struct {
	Kind   string         `json:"kind"`
	Name   string         `json:"name"`
	Values map[string]any `json:"values"` // JSON values by variable name
	// Regions are those in which there is one of it, the stack's own first; none where
	// there is one in that alone.
	Regions []string `json:"regions,omitempty"`
}

// Instances is how many there are of it.
func (r Resource) Instances() int { return max(1, len(r.Regions)) }

// Label is how people read a resource: `compute_vm.web`.
func (r Resource) Label() string { return r.Kind + "." + r.Name }

// Stack is one living piece of infrastructure in a project.
type Stack struct {
	ID        int64
	GuildID   string
	ProjectID int64
	Name      string
	Region    string // its own: where all stands that is in no other
	// Spread are the regions that the last apply was for, also where nothing was to
	// stand in them: what comes next does.
	Spread    []string
	Resources []Resource // as the last apply was to make them, also one that failed
	// Held are the resources that may exist: those of the last apply, and after one
	// that failed also those from before it. Quotas count them.
	Held []Resource
	// Unfinished are the addresses of what applies began and never reported complete:
	// it may be half made. An apply that succeeds settles it.
	Unfinished []string
	Tags       map[string]string
	// Cost is what it costs since its last apply, and after one that failed at most;
	// nil where that is not known.
	Cost *Cost
	// State is what is known of the Terraform state; zero before the first apply.
	State     StateMeta
	CreatedBy string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// StateMeta identifies a version of a Terraform state.
type StateMeta struct {
	Lineage string
	Serial  int64
}

// Exists reports whether anything was ever applied to the stack: it has a state,
// or an apply that left none may have made something.
func (s Stack) Exists() bool { return s.State.Serial > 0 || s.Stands() }

// Stands reports whether anything may stand in the stack.
func (s Stack) Stands() bool { return len(s.Held) > 0 }
