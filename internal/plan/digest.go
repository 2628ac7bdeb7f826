// Package plan turns a Terraform plan, as terraform-json reads it, into a
// digest: what people approve, what policy and cost look at, and what is kept
// in the database.
//
// It must not know Discord, sessions, Postgres or how Terraform is run. A
// digest holds no sensitive value: they are masked while it is made.
package plan

import (
	"fmt"
	"sort"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/mask"
)

// Limits that keep a digest small enough for a jsonb column and a message,
// whatever the plan. The counts are always of the whole plan.
const (
	MaxValue      = 200 // runes of a name or value; longer ones end in "…"
	MaxAttributes = 50  // attributes of one change
	MaxChanges    = 500 // changes, outputs and drifted addresses, each
)

// What is shown instead of a value.
const (
	SensitiveText = mask.Hidden
	UnknownText   = "(known after apply)"
)

// Action is what Terraform would do to one resource or output.
type Action string

// The actions. Move and Forget change the state only.
const (
	Create  Action = "create"
	Update  Action = "update"
	Delete  Action = "delete"
	Replace Action = "replace"
	Read    Action = "read"
	Move    Action = "move"
	Import  Action = "import"
	Forget  Action = "forget"
	NoOp    Action = "no-op"
)

// Digest is a Terraform plan, boiled down. A replacement counts in Add, in
// Destroy and in Replace, as Terraform's own summary counts it in the first two.
type Digest struct {
	Add       int `json:"add"`
	Change    int `json:"change"`
	Destroy   int `json:"destroy"`
	Replace   int `json:"replace"`
	Import    int `json:"import,omitempty"`
	Move      int `json:"move,omitempty"`
	Forget    int `json:"forget,omitempty"`
	Unchanged int `json:"unchanged"`

	// Changes are sorted by address and hold everything but no-ops; Omitted
	// counts those beyond MaxChanges.
	Changes []Change       `json:"changes"`
	Omitted int            `json:"omitted,omitempty"`
	Outputs []OutputChange `json:"outputs,omitempty"`
	// Drift lists addresses that were changed outside Terraform.
	Drift []string `json:"drift,omitempty"`

	TerraformVersion string `json:"terraform_version"`
	// Incomplete says that Terraform deferred or left out changes: applying
	// this plan will not reach the described state.
	Incomplete bool `json:"incomplete,omitempty"`
	// OutputsChanged counts outputs that differ, also those beyond MaxChanges.
	OutputsChanged int `json:"outputs_changed"`
}

// Change is what the plan would do to one resource instance.
type Change struct {
	Address         string            `json:"address"`
	PreviousAddress string            `json:"previous_address,omitempty"`
	Label           string            `json:"label"`            // Label(Address): "vpc.main"
	Module          string            `json:"module,omitempty"` // name of the outermost module call, "" in the root
	Type            string            `json:"type"`
	Name            string            `json:"name"`
	Action          Action            `json:"action"`
	Reason          string            `json:"reason,omitempty"` // why, in words, where Terraform says so
	CreateFirst     bool              `json:"create_first,omitempty"`
	Attributes      []AttributeChange `json:"attributes,omitempty"`
	Omitted         int               `json:"omitted,omitempty"` // attributes beyond MaxAttributes
}

// AttributeChange is one leaf value that differs, or is set by a create. A
// value that is absent is "".
type AttributeChange struct {
	Name          string `json:"name"` // path: "input.size"
	Before        string `json:"before,omitempty"`
	After         string `json:"after,omitempty"`
	Sensitive     bool   `json:"sensitive,omitempty"`
	Unknown       bool   `json:"unknown,omitempty"` // known after apply only
	ForcesReplace bool   `json:"forces_replace,omitempty"`
}

// OutputChange is what the plan would do to one output of the root module.
type OutputChange struct {
	Name      string `json:"name"`
	Action    Action `json:"action"`
	Before    string `json:"before,omitempty"`
	After     string `json:"after,omitempty"`
	Sensitive bool   `json:"sensitive,omitempty"`
	Unknown   bool   `json:"unknown,omitempty"`
}

// New makes the digest of a plan. A nil plan has an empty digest. What the plan
// marks as sensitive is hidden wherever it stands, and so are further secrets, such
// as the credentials with which the plan was made.
func New(p *tfjson.Plan, further ...string) Digest {
	d := Digest{Changes: []Change{}}
	if p == nil {
		return d
	}
	d.TerraformVersion = cut(p.TerraformVersion)
	d.Incomplete = p.Complete != nil && !*p.Complete || len(p.DeferredChanges) > 0
	secrets := mask.New(append(SensitiveValues(p), further...))
	for _, rc := range p.ResourceChanges {
		if rc == nil || rc.Change == nil {
			continue
		}
		d.add(rc, secrets)
	}
	sort.SliceStable(d.Changes, func(i, j int) bool { return d.Changes[i].Address < d.Changes[j].Address })
	d.addOutputs(p.OutputChanges, secrets)
	for _, rc := range p.ResourceDrift {
		if rc != nil && len(d.Drift) < MaxChanges {
			d.Drift = append(d.Drift, cut(secrets.Address(rc.Address)))
		}
	}
	return d
}

// add counts one resource change and, if it changes anything, keeps it.
func (d *Digest) add(rc *tfjson.ResourceChange, secrets mask.Masker) {
	action := actionOf(rc)
	switch action {
	case Create:
		d.Add++
	case Update:
		d.Change++
	case Delete:
		d.Destroy++
	case Replace:
		d.Add++
		d.Destroy++
		d.Replace++
	case Forget:
		d.Forget++
	case NoOp:
		d.Unchanged++
		return
	}
	if rc.Change.Importing != nil {
		d.Import++
	}
	if moved(rc) {
		d.Move++
	}
	if len(d.Changes) >= MaxChanges {
		d.Omitted++
		return
	}
	address := secrets.Address(rc.Address)
	c := Change{
		Address: cut(address),
		Label:   cut(Label(address)),
		Module:  cut(moduleName(address)),
		Type:    cut(rc.Type),
		Name:    cut(rc.Name),
		Action:  action,
		Reason:  cut(reason(rc.ActionReason, secrets)),
	}
	if moved(rc) {
		c.PreviousAddress = cut(secrets.Address(rc.PreviousAddress))
	}
	c.CreateFirst = rc.Change.Actions.CreateBeforeDestroy()
	c.Attributes, c.Omitted = attributes(rc.Change, action, secrets)
	d.Changes = append(d.Changes, c)
}

func (d *Digest) addOutputs(outputs map[string]*tfjson.Change, secrets mask.Masker) {
	names := make([]string, 0, len(outputs))
	for name := range outputs {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		c := outputs[name]
		if c == nil {
			continue
		}
		action := actionOf(&tfjson.ResourceChange{Change: c})
		if action == NoOp {
			continue
		}
		d.OutputsChanged++
		if len(d.Outputs) >= MaxChanges {
			continue
		}
		before, _, hidBefore := render(c.Before, nil, c.BeforeSensitive, secrets)
		after, unknown, hidAfter := render(c.After, c.AfterUnknown, c.AfterSensitive, secrets)
		d.Outputs = append(d.Outputs, OutputChange{
			Name: cut(name), Action: action, Before: before, After: after,
			Unknown: unknown, Sensitive: hidBefore || hidAfter,
		})
	}
}

// Resources counts those that the plan creates, changes or destroys; a
// replacement is one.
func (d Digest) Resources() int { return d.Add + d.Change + d.Destroy - d.Replace }

// Empty reports whether applying the plan would change nothing: no resource,
// no output, nothing in the state.
func (d Digest) Empty() bool {
	return d.Add+d.Change+d.Destroy+d.Import+d.Move+d.Forget+d.OutputsChanged == 0
}

// Destructive reports whether the plan destroys or replaces anything.
func (d Digest) Destructive() bool { return d.Destroy > 0 }

// Summary is the line that Terraform users know:
// "3 to add, 0 to change, 0 to destroy". Imports, moves and forgotten
// resources are named only when there are any.
func (d Digest) Summary() string {
	var b strings.Builder
	if d.Import > 0 {
		fmt.Fprintf(&b, "%d to import, ", d.Import)
	}
	fmt.Fprintf(&b, "%d to add, %d to change, %d to destroy", d.Add, d.Change, d.Destroy)
	if d.Move > 0 {
		fmt.Fprintf(&b, ", %d to move", d.Move)
	}
	if d.Forget > 0 {
		fmt.Fprintf(&b, ", %d to forget", d.Forget)
	}
	return b.String()
}
