package discordweb

import (
	"testing"

	"go.uber.org/goleak"
)

// reconnects is discordgo coming back by itself, which Close does not end.
var reconnects = goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).reconnect")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, reconnects) }
