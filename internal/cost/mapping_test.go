package cost

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestMappingFilesAreWellFormed(t *testing.T) {
	t.Parallel()
	m, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	for name := range m.free {
		if !strings.Contains(name, "_") {
			t.Errorf("%q is no resource type", name)
		}
	}
	for _, name := range []string{"aws_instance", "terraform_data"} {
		if m.types[name] == nil {
			t.Errorf("%s has no mapping", name)
		}
	}
}

// Whatever the format does not know is refused, and where it stands is said.
func TestMappingIsStrict(t *testing.T) {
	t.Parallel()
	part := func(body string) string {
		return "provider = \"aws\"\ntype \"aws_x\" {\n  fixed \"part\" {\n" + body + "\n  }\n}\n"
	}
	const good = "label = \"L\"\nunit = \"hour\"\nkey = \"k/${self.size}\"\nquantity = hours"
	const shared = "provider = \"aws\"\ncomponents \"machine\" {\n  locals {\n    size = self.size\n  }\n  fixed \"part\" {\n" + good + "\n  }\n}\n"
	for name, tc := range map[string]struct{ file, says string }{
		"good":               {part(good), ""},
		"broken HCL":         {"provider = ", "x.hcl:1"},
		"no provider":        {strings.TrimPrefix(part(good), "provider = \"aws\""), `"" is no provider`},
		"strange provider":   {strings.Replace(part(good), "\"aws\"", "\"oracle\"", 1), `"oracle" is no provider`},
		"strange attribute":  {part(good + "\nquantiy = 1"), "quantiy"},
		"no key":             {part("label = \"L\"\nunit = \"hour\"\nquantity = 1"), "key"},
		"strange unit":       {part(strings.Replace(good, "hour\"", "fortnight\"", 1)), "fortnight"},
		"strange name":       {part(strings.Replace(good, "self.size", "selfie.size", 1)), "selfie.size"},
		"strange local":      {part(strings.Replace(good, "self.size", "local.size", 1)), "local.size"},
		"strange function":   {part(strings.Replace(good, "self.size", "guess(self.size)", 1)), "guess"},
		"each without list":  {part(strings.Replace(good, "self.size", "each", 1)), "each without for_each"},
		"nothing in it":      {"provider = \"aws\"\ntype \"aws_x\" {}", "neither fixed nor usage"},
		"a type twice":       {part(good) + "type \"aws_x\" {\nfixed \"part\" {\n" + good + "\n}\n}", "named twice"},
		"an alias twice":     {strings.Replace(part(good), "  fixed", "  aliases = [\"aws_x\"]\n  fixed", 1), "named twice"},
		"a part twice":       {strings.Replace(part(good), "  fixed", "  fixed \"part\" {\n"+good+"\n}\n  fixed", 1), "named twice"},
		"free and not":       {"provider = \"aws\"\nfree = [\"aws_y\", \"aws_y\"]", "named twice"},
		"quantity of usage":  {strings.Replace(part(good), "fixed", "usage", 1), "quantity"},
		"components":         {shared + "type \"aws_x\" {\n  include = [\"machine\"]\n}", ""},
		"components unknown": {part(good) + "type \"aws_y\" {\n  include = [\"machine\"]\n}", `no components "machine"`},
		"components unused":  {part(good) + strings.TrimPrefix(shared, "provider = \"aws\"\n"), `no type includes the components "machine"`},
		"components twice":   {shared + strings.TrimPrefix(shared, "provider = \"aws\"\n") + "type \"aws_x\" {\n  include = [\"machine\"]\n}", "named twice"},
		"a part of both":     {shared + strings.TrimPrefix(strings.Replace(part(good), "  fixed", "  include = [\"machine\"]\n  fixed", 1), "provider = \"aws\"\n"), `"part" is named twice`},
		"a local of both":    {shared + "type \"aws_x\" {\n  include = [\"machine\"]\n  locals {\n    size = 1\n  }\n}", "local.size is named twice"},
		"a local before its": {strings.Replace(part(good), "  fixed", "  locals {\n a = local.b\n b = 1\n}\n  fixed", 1), "local.b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := loadMappings(fstest.MapFS{"x.hcl": {Data: []byte(tc.file)}})
			switch {
			case tc.says == "" && err != nil:
				t.Error(err)
			case tc.says != "" && (err == nil || !strings.Contains(err.Error(), tc.says)):
				t.Errorf("got %v, want it to say %q", err, tc.says)
			}
		})
	}
}
