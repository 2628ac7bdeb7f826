package cost

import (
	"encoding/json"
	"strings"
	"testing"
)

// Some of these kept the reader busy for hours. They end at once or not within the
// life of the test: there is no need to measure.
func TestNumbersThatTakeForever(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]string{
		"a number of almost nothing": "1e-600000000",
		"a text of almost nothing":   `"1e-600000000"`,
		"of a power of two":          `"0x1p-2000000000"`,
		"below every list":           "1e-400",
		"beyond all":                 "1e999999999",
		"of many digits":             strings.Repeat("1", 1<<20),
		"a fraction of many digits":  "0." + strings.Repeat("0", 1<<20) + "1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := estimate(t, planOf("us-east-1", created("aws_ebs_volume", "x", obj{"size": json.RawMessage(size)})), Options{})
			if got := states(e.Resources[0]); got[0] != "not_priced: not set: size" {
				t.Errorf("got %q", got)
			}
		})
	}
	for text, want := range map[string]bool{"0": true, "0.0": true, "0.001": true, "-5": true, "1e3": true, "1e15": true, "1e16": false, "gp2": true, "": true, "NaN": false} {
		if plausible(text) != want {
			t.Errorf("%q: plausible is %v", text, !want)
		}
	}
}
