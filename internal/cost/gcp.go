package cost

import "github.com/zclconf/go-cty/cty/function"

// gcpFunctions are the arithmetic of Google Cloud that mapping files call.
var gcpFunctions = map[string]function.Function{}
