package cost

import "github.com/zclconf/go-cty/cty/function"

// azureFunctions are the arithmetic of Azure that mapping files call.
var azureFunctions = map[string]function.Function{}
