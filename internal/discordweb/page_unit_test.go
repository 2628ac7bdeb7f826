package discordweb

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// The parts of the page that need no browser are tested by Node's own runner.
func TestPageUnits(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no Node.js on the PATH (apt-get install nodejs): the page's units are not tested")
	}
	files := must(filepath.Glob("testdata/page/*.test.mjs"))(t)
	if len(files) == 0 {
		t.Fatal("there are no tests in testdata/page")
	}
	out, err := exec.CommandContext(testContext(t), node, append([]string{"--test"}, files...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%v:\n%s", err, out)
	}
}
