package app

import (
	"os"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// The test binary is its own supervisor, as the program is.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == terraform.SuperviseCommand {
		os.Exit(terraform.Supervise(os.Args[2]))
	}
	os.Exit(m.Run())
}
