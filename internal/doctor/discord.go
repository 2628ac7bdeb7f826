package doctor

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// bot is what Discord knows of the bot.
type bot struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	AppID    string `json:"-"` // old bots have two ids
}

// discord follows the way of the bot: reach Discord, log in, look at the servers.
func (e *exam) discord(ctx context.Context) {
	r := &rest{base: cmp.Or(e.Config.DiscordAPI, "https://discord.com"), client: e.client}
	var gateway struct {
		URL string `json:"url"`
	}
	err := r.get(ctx, "/gateway", &gateway) // needs no token
	if err != nil {
		e.unreachable(r, err)
	} else {
		e.ok("discord", "%s answers", r.name())
	}
	e.clock(r)
	if err != nil {
		for _, subject := range []string{"gateway", "bot", "server"} {
			e.skip(subject, "Discord does not answer")
		}
		e.skipChannel("Discord does not answer")
		return
	}
	e.gateway(ctx, gateway.URL)
	me, ok := e.logIn(ctx, r)
	if !ok {
		e.skip("server", "the bot cannot log in")
		e.skipChannel("the bot cannot log in")
		return
	}
	e.rest, e.bot = r, me
	e.servers(ctx, r, me)
	e.channel(ctx, r, me)
}

func (e *exam) unreachable(r *rest, err error) {
	found, advice := r.name()+" does not answer as Discord does", "Something in between answers: check this machine's proxy (HTTPS_PROXY) and name resolution."
	var network *url.Error
	if errors.As(err, &network) {
		found, advice = r.name()+" cannot be reached", "Check this machine's network, its name resolution and its proxy (HTTPS_PROXY)."
	}
	switch status := statusOf(err); {
	case status == http.StatusTooManyRequests, status == http.StatusForbidden && e.Config.DiscordAPI == "":
		advice = "Discord refuses this address for a while, after too many refused requests: a bot here, or a neighbour behind the same address, sends what Discord does not take. Stop it, and look again in an hour."
	case e.Config.DiscordAPI != "":
		advice = "Check that CLOUDENGINE_DISCORD_API names a REST proxy that runs, or unset it to speak to Discord itself."
	}
	e.fail("discord", found, advice, err)
}

// Discord's clock: what is signed or has a time limit of seconds fails where
// this machine's is far from it.
const (
	skewWorrying = 2 * time.Second
	skewBad      = 30 * time.Second
)

func (e *exam) clock(r *rest) {
	const subject = "clock"
	const advice = "Let this machine keep its time: `timedatectl set-ntp true`, or chrony. On a virtual machine, that of its host counts."
	if !r.known {
		e.skip(subject, "no answer of Discord's says the time")
		return
	}
	off, way := r.skew, "ahead of"
	if off < 0 {
		off, way = -off, "behind"
	}
	found := fmt.Sprintf("%s %s Discord's", off.Round(time.Second), way)
	switch {
	case off > skewBad:
		e.fail(subject, found, advice, nil)
	case off > skewWorrying:
		e.warn(subject, found, advice)
	default:
		e.ok(subject, "as Discord's, within %d s", int(skewWorrying.Seconds()))
	}
}

// gateway opens the connection on which interactions come, up to Discord's
// greeting. It does not log in: logins are counted.
func (e *exam) gateway(ctx context.Context, address string) {
	const subject = "gateway"
	if err := greet(ctx, address); err != nil {
		e.fail(subject, address+" cannot be reached, so no command would arrive",
			"Let this machine open WebSocket connections to it: a firewall or proxy may allow discord.com and not gateway.discord.gg.", err)
		return
	}
	e.ok(subject, "%s answers", address)
}

func greet(ctx context.Context, address string) error {
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: limit}
	conn, resp, err := dialer.DialContext(ctx, strings.TrimRight(address, "/")+"/?v=10&encoding=json", nil)
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return err
	}
	var hello struct {
		Op int `json:"op"`
	}
	if err := conn.ReadJSON(&hello); err != nil {
		return err
	}
	const opHello = 10
	if hello.Op != opHello {
		return fmt.Errorf("it greets with op %d, and Discord with %d", hello.Op, opHello)
	}
	return nil
}

// logIn asks who the bot is.
func (e *exam) logIn(ctx context.Context, r *rest) (bot, bool) {
	const subject = "bot"
	if !e.Config.DiscordToken.IsSet() {
		e.skip(subject, "DISCORD_TOKEN is not set, or wrong")
		return bot{}, false
	}
	r.token = e.Config.DiscordToken.Reveal()
	var me bot
	err := r.get(ctx, "/users/@me", &me)
	if statusOf(err) == http.StatusUnauthorized {
		e.fail(subject, "Discord refuses the token",
			"Reset it in the developer portal (https://discord.com/developers/applications, your application, Bot, Reset Token) and set DISCORD_TOKEN to the new one. The public key, the client secret and the application id are something else.", err)
		return bot{}, false
	}
	if err != nil {
		e.fail(subject, "Discord does not say who the bot is", "Look again in a minute.", err)
		return bot{}, false
	}
	e.ok(subject, "Discord knows it as %s (%s)", me.Username, me.ID)
	me.AppID = e.application(ctx, r, me)
	return me, true
}

// application looks for settings in the developer portal that shut people out.
func (e *exam) application(ctx context.Context, r *rest, me bot) string {
	const subject = "application"
	var app struct {
		ID        string `json:"id"`
		Endpoint  string `json:"interactions_endpoint_url"`
		VerifyKey string `json:"verify_key"`
		CodeGrant bool   `json:"bot_require_code_grant"`
	}
	if err := r.get(ctx, "/applications/@me", &app); err != nil {
		e.fail(subject, "Discord does not show the bot's application", "Look again in a minute.", err)
		return me.ID
	}
	e.endpoint(app.Endpoint, app.VerifyKey)
	if app.CodeGrant {
		e.warn(subject, "it requires a code grant, with which the link that invites the bot does not work",
			"In the developer portal, under Bot, switch Requires OAuth2 Code Grant off.")
	}
	return app.ID
}

// endpoint compares the way that Discord sends interactions with those that the bot
// takes.
func (e *exam) endpoint(address, verifyKey string) {
	const subject = "application"
	switch key := hex.EncodeToString(e.Config.PublicKey); {
	case key == "" && address != "":
		e.fail(subject, "Discord sends interactions to "+shown(address)+", so none would come through the gateway",
			"In the developer portal, under General Information, clear Interactions Endpoint URL. Or, if that URL leads to the bot, set DISCORD_PUBLIC_KEY to the public key there.", nil)
	case key != "" && !strings.EqualFold(key, verifyKey):
		e.fail(subject, "DISCORD_PUBLIC_KEY is the key of another application",
			"Copy the public key from the developer portal, your application, General Information.", nil)
	case key != "" && address == "":
		e.warn(subject, "DISCORD_PUBLIC_KEY is set, and Discord sends interactions through the gateway",
			"In the developer portal, under General Information, set Interactions Endpoint URL to where the bots are reached, ending in /interactions.")
	case key != "":
		e.ok(subject, "Discord sends interactions to %s", shown(address))
	}
}

// shown is a URL without its password.
func shown(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "an address that cannot be read"
	}
	return u.Redacted()
}
