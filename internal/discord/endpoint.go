package discord

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// Discord sends an application's interactions one of two ways: through the
// gateway, or posted to the endpoint whose URL stands in the developer portal,
// which any number of processes can serve together. Both end in Handle, and both
// are answered by callbacks, of which Discord takes the first.

// application is what Discord says about ours.
type application struct {
	ID        string `json:"id"`
	VerifyKey string `json:"verify_key"`                // by which it signs, in hex
	Endpoint  string `json:"interactions_endpoint_url"` // empty: interactions come through the gateway
}

// errBusy leaves an interaction to another process.
var errBusy = usererr.New(usererr.Unavailable, "This process takes no interactions now.")

// Take handles an interaction that was posted to the endpoint, given as its JSON.
// It returns as soon as the interaction is read and under way. An error of code
// usererr.Unavailable says that nothing was begun and another process may take it.
func (b *Bot) Take(body []byte) error {
	if !b.serving.Load() {
		return errBusy
	}
	var i discordgo.InteractionCreate
	if err := json.Unmarshal(body, &i); err != nil {
		return fmt.Errorf("read the interaction: %w", err)
	}
	switch {
	case i.Interaction == nil || i.AppID != b.appID:
		return errors.New("the interaction is not of this application")
	case !isPathPart(i.ID) || !isPathPart(i.Token):
		return errors.New("the interaction has no id or no token to answer it by")
	}
	if !b.spawn(func(ctx context.Context) { b.Handle(ctx, &i) }) {
		return errBusy
	}
	return nil
}

// isPathPart reports whether a text stands for itself in the path of a URL, as the
// ids and tokens of Discord do.
func isPathPart(s string) bool {
	return s != "" && s != "." && s != ".." && url.PathEscape(s) == s
}

// checkEndpoint compares what Discord knows of the endpoint with what we do. A key
// of another application would refuse everything that Discord posts.
func (b *Bot) checkEndpoint(ctx context.Context) error {
	app := b.application
	switch ours := hex.EncodeToString(b.PublicKey); {
	case ours == "" && app.Endpoint != "":
		b.Logger.ErrorContext(ctx, "no interaction will come: Discord posts them to an endpoint, and DISCORD_PUBLIC_KEY is not set. Set it, or clear Interactions Endpoint URL in the developer portal")
	case ours != "" && !strings.EqualFold(ours, app.VerifyKey):
		return usererr.New(usererr.Invalid, "DISCORD_PUBLIC_KEY is not the key of the application that the token belongs to, so nothing that Discord posts would be accepted. Nothing was changed. Copy the public key from Discord's developer portal, under your application's General Information.")
	case ours != "" && app.Endpoint == "":
		b.Logger.InfoContext(ctx, "interactions come through the gateway until Interactions Endpoint URL is set in the developer portal")
	}
	return nil
}

// Ready says why no interaction can be taken now; nil when they can. With an
// endpoint the gateway is not needed for that.
func (b *Bot) Ready() error {
	switch {
	case b.isStopping():
		return errors.New("the bot is stopping")
	case b.PublicKey != nil && b.serving.Load():
		return nil
	case !b.Connected():
		return errors.New("the gateway is not connected")
	}
	return nil
}

func (b *Bot) isStopping() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stopping
}

// State says what this process is among those that serve together: whether it
// holds the gateway, and whether it takes interactions over HTTP.
func (b *Bot) State() map[string]string {
	state := map[string]string{"gateway": "not connected", "endpoint": "off"}
	switch {
	case b.gateway.standby.Load():
		state["gateway"] = "held by another process"
	case b.Connected():
		state["gateway"] = "held"
	}
	if b.PublicKey != nil {
		state["endpoint"] = "on"
	}
	return state
}
