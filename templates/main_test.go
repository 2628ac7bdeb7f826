package templates_test

import (
	"fmt"
	"os"
	"testing"
)

// temporary is a folder of this test process.
var temporary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "modules-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	temporary = dir
	return m.Run()
}
