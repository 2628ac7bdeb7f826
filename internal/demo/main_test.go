package demo

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// The test binary is its own supervisor, as the program is.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == terraform.SuperviseCommand {
		os.Exit(terraform.Supervise(os.Args[2]))
	}
	// terraform-exec does not wait for a program whose context ends while it is being
	// started: the watcher of os/exec stays. discordgo waits for its own lock, for ever,
	// when Discord answers its first packet with op 7 or op 9: such a session is given up.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("os/exec.(*Cmd).watchCtx"),
		goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).CloseWithCode"))
}
