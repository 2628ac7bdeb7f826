package plan

import (
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/cloud-engine/cloudengine/internal/mask"
)

// actionOf folds Terraform's list of actions into one.
func actionOf(rc *tfjson.ResourceChange) Action {
	a := rc.Change.Actions
	switch {
	case a.Replace():
		return Replace
	case a.Create():
		return Create
	case a.Update():
		return Update
	case a.Delete():
		return Delete
	case a.Read():
		return Read
	case contains(a, tfjson.ActionForget) && contains(a, tfjson.ActionCreate):
		return Create // the old object is left to itself, a new one is made
	case contains(a, tfjson.ActionForget):
		return Forget
	case rc.Change.Importing != nil:
		return Import
	case moved(rc):
		return Move
	default:
		return NoOp
	}
}

func contains(actions tfjson.Actions, want tfjson.Action) bool {
	for _, a := range actions {
		if a == want {
			return true
		}
	}
	return false
}

func moved(rc *tfjson.ResourceChange) bool {
	return rc.PreviousAddress != "" && rc.PreviousAddress != rc.Address
}

// reasons are Terraform's keywords, in words. The list may grow in Terraform:
// an unknown keyword is shown with its underscores as spaces.
var reasons = map[tfjson.ActionReason]string{
	"replace_because_cannot_update":     "this change cannot be made in place",
	"replace_because_tainted":           "it was left half made, so it is made anew",
	"replace_by_request":                "its replacement was asked for",
	"replace_by_triggers":               "something that it is tied to changes",
	"delete_because_no_resource_config": "it is no longer described",
	"delete_because_wrong_repetition":   "its count or for_each changed",
	"delete_because_count_index":        "its index is beyond the count",
	"delete_because_each_key":           "its key is no longer in for_each",
	"delete_because_no_module":          "its module is no longer described",
	"delete_because_no_move_target":     "it moved to an address that is not described",
	"read_because_config_unknown":       "what it reads is known after apply only",
	"read_because_dependency_pending":   "what it depends on changes first",
	"read_because_check_nested":         "a check needs it",
}

func reason(keyword tfjson.ActionReason, secrets mask.Masker) string {
	if text, ok := reasons[keyword]; ok {
		return text
	}
	return strings.ReplaceAll(secrets.Mask(string(keyword)), "_", " ")
}
