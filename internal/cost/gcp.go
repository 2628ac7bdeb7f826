package cost

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// gcpFunctions are the arithmetic of Google Cloud that mapping files call.
var gcpFunctions = map[string]function.Function{
	"given":               givenFunc,
	"positive":            positiveFunc,
	"gcp_machine":         gcpMachineFunc,
	"gcp_hours":           gcpHoursFunc,
	"ephemeral_addresses": ephemeralAddressesFunc,
}

// givenFunc reports whether a value or a block is there, if only after the apply.
var givenFunc = function.New(&function.Spec{
	Params: []function.Parameter{anything("value")},
	Type:   function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, marks := args[0].Unmark()
		return cty.BoolVal(!missing(v) && !empty(v)).WithMarks(marks), nil
	},
})

// positiveFunc is a number; null where that is zero: providers write 0 into the state
// for what was not set.
var positiveFunc = function.New(&function.Spec{
	Params: []function.Parameter{anything("number")},
	Type:   function.StaticReturnType(cty.DynamicPseudoType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		v, marks := args[0].Unmark()
		if v.IsKnown() && !v.IsNull() && v.Type() == cty.Number && v.Equals(cty.Zero).True() {
			return nothing.WithMarks(marks), nil
		}
		return args[0], nil
	},
})

func empty(v cty.Value) bool { return v.IsKnown() && isList(v) && v.LengthInt() == 0 }

func isList(v cty.Value) bool {
	t := v.Type()
	return t.IsTupleType() || t.IsListType() || t.IsSetType()
}

// gcpMachineType is what the name of a machine type says: "n2-standard-4" or
// "n2-custom-4-40960-ext", four vCPUs and 40 GiB of which 32 are regular.
var (
	gcpMachineType = cty.Object(map[string]cty.Type{
		"name":      cty.String,
		"family":    cty.String, // such as "n2"
		"custom":    cty.Bool,   // priced by what it has; the following are of those alone
		"vcpus":     cty.Number,
		"memory":    cty.Number, // GiB at the regular price
		"extended":  cty.Number, // GiB at that of extended memory
		"sustained": cty.Number, // what is paid of a whole month
	})
	gcpCustom = regexp.MustCompile(`^(?:([a-z][a-z0-9]*)-)?custom-(micro|small|medium|\d{1,3})-(\d{1,8})(?:-ext)?$`)
)

// gcpSustained is what of a whole month's price is paid for machines that run all
// month. The first quarter of a month costs all of it and the others less: 80, 60
// and 40 % for some families, 86.78, 73.3 and 60 % for the others:
// https://cloud.google.com/compute/docs/sustained-use-discounts
var gcpSustained = map[string]string{
	"f1": "0.7", "g1": "0.7", "n1": "0.7", "m1": "0.7", "m2": "0.7",
	"c2": "0.8002", "n2": "0.8002", "n2d": "0.8002",
}

// gcpRegularMemory is how many GiB for each vCPU of a custom machine type have the
// regular price; what is above is extended memory:
// https://cloud.google.com/compute/docs/instances/creating-instance-with-custom-machine-type
func gcpRegularMemory(family string) string {
	if family == "n1" {
		return "6.5"
	}
	return "8"
}

// gcpShared are the vCPUs that are paid for of custom types with shared cores.
var gcpShared = map[string]string{"micro": "0.25", "small": "0.5", "medium": "1"}

// gcpMachineFunc reads a machine type, given by its name or its URL. One that is
// not known yet is taken for predefined: its name is not known.
var gcpMachineFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "machine_type", Type: cty.String, AllowUnknown: true}},
	Type:   function.StaticReturnType(gcpMachineType),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		if !args[0].IsKnown() {
			unknown := cty.UnknownVal(cty.String)
			return gcpMachineValue(unknown, unknown, false, cty.Zero, cty.Zero, cty.Zero, cty.UnknownVal(cty.Number)), nil
		}
		return gcpMachine(args[0].AsString()), nil
	},
})

func gcpMachine(name string) cty.Value {
	name = name[strings.LastIndexByte(name, '/')+1:]
	family, _, _ := strings.Cut(name, "-")
	custom := gcpCustom.FindStringSubmatch(name)
	vcpus, memory, extended := cty.Zero, cty.Zero, cty.Zero
	if custom != nil {
		if family = custom[1]; family == "" { // the first family had no name
			family = "n1"
		}
		vcpus, memory, extended = gcpCustomSize(family, custom[2], custom[3])
	}
	sustained := cty.NumberIntVal(1)
	if s, ok := gcpSustained[family]; ok {
		sustained = cty.MustParseNumberVal(s)
	}
	return gcpMachineValue(cty.StringVal(name), cty.StringVal(family), custom != nil, vcpus, memory, extended, sustained)
}

func gcpMachineValue(name, family cty.Value, custom bool, vcpus, memory, extended, sustained cty.Value) cty.Value {
	return cty.ObjectVal(map[string]cty.Value{
		"name": name, "family": family, "custom": cty.BoolVal(custom),
		"vcpus": vcpus, "memory": memory, "extended": extended, "sustained": sustained,
	})
}

// gcpCustomSize is what a custom type of so many vCPUs and MiB has.
func gcpCustomSize(family, size, mib string) (vcpus, memory, extended cty.Value) {
	if shared, ok := gcpShared[size]; ok {
		size = shared
	}
	vcpus = cty.MustParseNumberVal(size)
	all := cty.MustParseNumberVal(mib).Divide(cty.NumberIntVal(1024))
	regular := vcpus.Multiply(cty.MustParseNumberVal(gcpRegularMemory(family)))
	if family == "e2" || all.LessThanOrEqualTo(regular).True() { // e2 has no extended memory
		return vcpus, all, cty.Zero
	}
	return vcpus, regular, all.Subtract(regular)
}

// gcpHoursFunc is how many hours of a month are paid for of a machine that runs all
// of them. Spot machines have no sustained use discount.
var gcpHoursFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "sustained", Type: cty.Number}, {Name: "spot", Type: cty.Bool}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		share, err := decimalOf(args[0])
		if err != nil {
			return cty.DynamicVal, err
		}
		off := hundred.Sub(share.Mul(hundred))
		if args[1].True() || off.IsZero() {
			return hours, nil
		}
		text := fmt.Sprintf("the sustained use discount of %s %% of a whole month", off.Round(0))
		return hours.Multiply(args[0]).Mark(assumption(text)), nil
	},
})

var hundred = decimal.NewFromInt(100)

// ephemeralAddressesFunc counts the external IPv4 addresses of network interfaces that
// are none of those named: an address that is named is a resource of its own. One that
// will be known after the apply is named by the configuration.
var ephemeralAddressesFunc = function.New(&function.Spec{
	Params: []function.Parameter{anything("network_interface"), anything("named")},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		interfaces, marks := args[0].UnmarkDeep()
		list, more := args[1].UnmarkDeep()
		named := elementsOf(list)
		marks = join(marks, more)
		unknown, count := cty.UnknownVal(cty.Number).WithMarks(marks), int64(0)
		if !interfaces.IsKnown() {
			return unknown, nil
		}
		for _, nic := range elementsOf(interfaces) {
			configs, _ := step(nic, "access_config")
			if !configs.IsKnown() {
				return unknown, nil
			}
			for _, config := range elementsOf(configs) {
				address, _ := step(config, "nat_ip")
				if address.IsKnown() && !slices.ContainsFunc(named, address.RawEquals) {
					count++
				}
			}
		}
		return cty.NumberIntVal(count).WithMarks(marks), nil
	},
})

// elementsOf are the blocks of a list; none where it is not there or not known.
func elementsOf(v cty.Value) []cty.Value {
	if !v.IsKnown() || v.IsNull() || !isList(v) {
		return nil
	}
	return v.AsValueSlice()
}
