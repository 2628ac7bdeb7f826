package cost

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// azureFunctions are the arithmetic of Azure that mapping files call.
var azureFunctions = map[string]function.Function{
	"azure_disk":         azureDiskFunc,
	"azure_premium_disk": azurePremiumDiskFunc,
}

// azureKinds are the managed disks that are sold in sizes, by their letter.
var azureKinds = map[string]struct{ letter, kind string }{
	"Premium":     {"P", "premium"},
	"StandardSSD": {"E", "standardssd"},
	"Standard":    {"S", "standard"},
}

// azureSizes are the sizes that disks are sold in, each with the GiB that it holds:
// a disk costs what the next larger one does.
// https://azure.microsoft.com/pricing/details/managed-disks/
var azureSizes = []struct {
	size string
	gib  int64
}{
	{"1", 4}, {"2", 8}, {"3", 16}, {"4", 32}, {"6", 64}, {"10", 128}, {"15", 256}, {"20", 512},
	{"30", 1024}, {"40", 2048}, {"50", 4096}, {"60", 8192}, {"70", 16384}, {"80", 32767},
}

// azureSmallestHDD is the smallest size of disks on hard drives, in GiB.
const azureSmallestHDD = 32

// azureDiskFunc is the size that a disk of a type ("Premium_LRS") with so many GiB
// is paid as: "premium/P10/LRS". A performance tier ("P20") that was chosen stands
// above its size; null is none.
var azureDiskFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "storage_account_type", Type: cty.String}, {Name: "gib", Type: cty.Number}, {Name: "tier", Type: cty.String, AllowNull: true}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		name, copies, _ := strings.Cut(args[0].AsString(), "_")
		k, ok := azureKinds[name]
		if !ok || copies == "" {
			return cty.DynamicVal, fmt.Errorf("disks of type %s are not sold in sizes", args[0].AsString())
		}
		if tier := args[2]; !missing(tier) && strings.HasPrefix(tier.AsString(), k.letter) {
			return cty.StringVal(k.kind + "/" + tier.AsString() + "/" + copies), nil
		}
		for _, s := range azureSizes {
			if k.letter == "S" && s.gib < azureSmallestHDD || args[1].GreaterThan(cty.NumberIntVal(s.gib)).True() {
				continue
			}
			return cty.StringVal(k.kind + "/" + k.letter + s.size + "/" + copies), nil
		}
		return cty.DynamicVal, fmt.Errorf("no disk of type %s is that large", args[0].AsString())
	},
})

// azureSize is a size of virtual machines: family, vCPUs, features, and so on.
var azureSize = regexp.MustCompile(`^Standard_([A-Z]+)\d+(?:-\d+)?([a-z]*)`)

// azurePremiumDiskFunc reports whether virtual machines of a size take premium disks,
// as an "s" among its features or, in older ones, in its family tells:
// https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
var azurePremiumDiskFunc = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "vm_size", Type: cty.String}},
	Type:   function.StaticReturnType(cty.Bool),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		parts := azureSize.FindStringSubmatch(args[0].AsString())
		if parts == nil {
			return cty.DynamicVal, fmt.Errorf("%s is no size of virtual machines", args[0].AsString())
		}
		return cty.BoolVal(strings.Contains(parts[2], "s") || strings.HasSuffix(parts[1], "S")), nil
	},
})
