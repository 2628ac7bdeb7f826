package cost

import "github.com/zclconf/go-cty/cty/function"

// awsFunctions are the arithmetic of AWS that mapping files call.
var awsFunctions = map[string]function.Function{}
