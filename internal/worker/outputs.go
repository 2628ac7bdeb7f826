package worker

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// outputs reads the outputs of a state for people: a sensitive one without its
// value, none of those that only wire resources to each other.
func outputs(state []byte, masker mask.Masker) []orchestrator.Output {
	var file struct {
		Outputs map[string]terraform.Output `json:"outputs"`
	}
	if json.Unmarshal(state, &file) != nil {
		return nil
	}
	var list []orchestrator.Output
	for _, root := range slices.Sorted(maps.Keys(file.Outputs)) {
		value := file.Outputs[root]
		label, name, ok := catalog.SplitOutput(root)
		if !ok {
			label, name = "", root
		}
		o := orchestrator.Output{Label: label, Name: name, Sensitive: value.Sensitive}
		if !value.Sensitive {
			o.Value = masker.Mask(value.Human())
		}
		list = append(list, o)
	}
	return list
}
