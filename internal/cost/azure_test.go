package cost

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestAzureDisk(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		kind, gib, tier, want, fails string
	}{
		{"Premium_LRS", "1", "", "premium/P1/LRS", ""},
		{"Premium_LRS", "4", "", "premium/P1/LRS", ""},
		{"Premium_LRS", "4.5", "", "premium/P2/LRS", ""},
		{"Premium_ZRS", "128", "", "premium/P10/ZRS", ""},
		{"Premium_LRS", "129", "", "premium/P15/LRS", ""},
		{"Premium_LRS", "32767", "", "premium/P80/LRS", ""},
		{"Premium_LRS", "32768", "", "", "no disk of type Premium_LRS is that large"},
		// A tier that was chosen is paid for, whatever the size.
		{"Premium_LRS", "20", "P20", "premium/P20/LRS", ""},
		{"StandardSSD_LRS", "20", "P20", "standardssd/E4/LRS", ""},
		{"StandardSSD_ZRS", "8", "", "standardssd/E2/ZRS", ""},
		{"StandardSSD_LRS", "1024", "", "standardssd/E30/LRS", ""},
		// Hard drives begin with 32 GiB.
		{"Standard_LRS", "1", "", "standard/S4/LRS", ""},
		{"Standard_LRS", "33", "", "standard/S6/LRS", ""},
		{"UltraSSD_LRS", "100", "", "", "disks of type UltraSSD_LRS are not sold in sizes"},
		{"PremiumV2_LRS", "100", "", "", "are not sold in sizes"},
		{"Premium", "100", "", "", "are not sold in sizes"},
	} {
		tier := cty.NullVal(cty.String)
		if tc.tier != "" {
			tier = cty.StringVal(tc.tier)
		}
		v, err := azureDiskFunc.Call([]cty.Value{cty.StringVal(tc.kind), cty.MustParseNumberVal(tc.gib), tier})
		switch {
		case tc.fails != "" && (err == nil || !strings.Contains(err.Error(), tc.fails)):
			t.Errorf("%s of %s: %v, want %q", tc.kind, tc.gib, err, tc.fails)
		case tc.fails == "" && (err != nil || v.AsString() != tc.want):
			t.Errorf("%s of %s: %#v, %v, want %s", tc.kind, tc.gib, v, err, tc.want)
		}
	}
}

// A disk of a size is that size, and with a GiB more the next.
func TestAzureSizesFollowEachOther(t *testing.T) {
	t.Parallel()
	for i, s := range azureSizes[:len(azureSizes)-1] {
		for gib, want := range map[int64]string{s.gib: s.size, s.gib + 1: azureSizes[i+1].size} {
			v, err := azureDiskFunc.Call([]cty.Value{cty.StringVal("StandardSSD_LRS"), cty.NumberIntVal(gib), cty.NullVal(cty.String)})
			if err != nil || v.AsString() != fmt.Sprintf("standardssd/E%s/LRS", want) {
				t.Errorf("%d GiB: %#v, %v, want E%s", gib, v, err, want)
			}
		}
	}
}

func TestAzurePremiumDisk(t *testing.T) {
	t.Parallel()
	for size, want := range map[string]bool{
		"Standard_B1s": true, "Standard_B2ms": true, "Standard_D2s_v3": true, "Standard_D4ads_v5": true, "Standard_DS2_v2": true,
		"Standard_E8-4s_v5": true, "Standard_L8s_v3": true, "Standard_NC6s_v3": true, "Standard_M8ms": true,
		"Standard_A2_v2": false, "Standard_D2_v2": false, "Standard_D2_v3": false, "Standard_F2": false, "Standard_E2a_v4": false,
	} {
		if v, err := azurePremiumDiskFunc.Call([]cty.Value{cty.StringVal(size)}); err != nil || v.True() != want {
			t.Errorf("%s: %#v, %v", size, v, err)
		}
	}
	if _, err := azurePremiumDiskFunc.Call([]cty.Value{cty.StringVal("m5.large")}); err == nil {
		t.Error("m5.large is no size of Azure's")
	}
}
