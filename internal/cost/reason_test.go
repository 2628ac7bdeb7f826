package cost

import (
	"strings"
	"testing"
	"testing/fstest"
)

// What a function cannot work with is named by what the plan lacks, not by the
// function's own words.
func TestReasonsOfMissingArguments(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		key, want string
	}{
		"an attribute":       {`"k/${lower(self.engine)}"`, "not set: engine"},
		"through a local":    {`"k/${local.engine}"`, "not set: engine"},
		"within a block":     {`"k/${lower(get(self.sku, "name"))}"`, "not set within sku"},
		"of a format":        {`"k/${tonumber(self.word)}"`, "cannot convert"},
		"of our own":         {`self.word == "many" ? fail("Windows") : "k"`, "Windows"},
		"with another there": {`"k/${join("/", [lower(self.engine), self.word])}"`, "not set: engine"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := "provider = \"aws\"\ntype \"aws_x\" {\n  locals {\n    engine = lower(self.engine)\n  }\n  fixed \"part\" {\n" +
				"label = \"L\"\nunit = \"hour\"\nquantity = hours\nkey = " + tc.key + "\n  }\n}\n"
			m, err := loadMappings(fstest.MapFS{"x.hcl": {Data: []byte(file)}})
			if err != nil {
				t.Fatal(err)
			}
			s := newSide(encode(t, obj{"word": "many", "sku": array{obj{}}}), nil, nil, nil)
			x := m.types["aws_x"]
			items := newScope(x, s, related{}).items(&x.parts[0])
			if len(items) != 1 || !strings.Contains(items[0].reason, tc.want) {
				t.Errorf("%+v, want %q", items, tc.want)
			}
		})
	}
}
