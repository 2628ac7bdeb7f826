package discordsim_test

import (
	"testing"

	"go.uber.org/goleak"
)

// sleeps is discordgo's wait between two attempts to reconnect, which Close
// does not end.
var sleeps = goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).reconnect")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, sleeps) }
