package doctor

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/discord"
	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

func TestDiscordFaults(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		breakIt  func(w *world)
		mark     mark
		subject  string
		parts    []string
		problems []string
	}{
		"unreachable": {func(w *world) { w.Config.DiscordAPI = "http://me:hunter2@" + closedPort(w.t) },
			problem, "discord", []string{"cannot be reached", "CLOUDENGINE_DISCORD_API"}, []string{"discord"}},
		"a page of a proxy": {func(w *world) { w.sim.Faults().On("GET", "/gateway", discordsim.Fault{Status: 502, HTML: true}, -1) },
			problem, "discord", []string{"does not answer as Discord", "HTTP 502"}, []string{"discord"}},
		"address banned": {func(w *world) {
			w.sim.Faults().On("GET", "/gateway", discordsim.Fault{Status: 429, RetryAfter: time.Hour}, -1)
		}, problem, "discord", []string{"refuses this address", "HTTP 429"}, []string{"discord"}},
		"gateway blocked": {func(w *world) { w.answering("/gateway", `{"url": "ws://`+closedPort(w.t)+`"}`) },
			problem, "gateway", []string{"cannot be reached", "firewall"}, []string{"gateway"}},
		"wrong token": {func(w *world) {
			w.Config.DiscordToken = config.NewSecret("hunter2-token")
			w.secrets = append(w.secrets, "hunter2-token")
		}, problem, "bot", []string{"refuses the token", "Reset Token", "DISCORD_TOKEN"}, []string{"bot"}},
		"Discord fails at the login": {func(w *world) { w.sim.Faults().On("GET", "/users/@me", discordsim.Fault{Status: 500}, -1) },
			problem, "bot", []string{"does not say who the bot is"}, []string{"bot"}},
		"interactions go elsewhere": {func(w *world) { w.app.SetInteractionsEndpoint("https://me:hunter2@elsewhere.example/in") },
			problem, "application", []string{"elsewhere.example", "Interactions Endpoint URL"}, []string{"application"}},
		"the key of another application": {func(w *world) { w.Config.PublicKey = make([]byte, 32) },
			problem, "application", []string{"DISCORD_PUBLIC_KEY", "General Information"}, []string{"application"}},
		"a key and no URL": {func(w *world) { w.Config.PublicKey = w.app.Ed25519.Public().(ed25519.PublicKey) },
			warning, "application", []string{"through the gateway", "Interactions Endpoint URL"}, nil},
		"a key and a URL": {func(w *world) {
			w.Config.PublicKey = w.app.Ed25519.Public().(ed25519.PublicKey)
			w.app.SetInteractionsEndpoint("https://me:hunter2@bots.example/interactions")
		},
			fine, "application", []string{"bots.example/interactions"}, nil},
		"code grant": {func(w *world) {
			w.answering("/applications/@me", fmt.Sprintf(`{"id": %q, "bot_require_code_grant": true}`, w.app.ID))
		}, warning, "application", []string{"Requires OAuth2 Code Grant"}, nil},
		"no application": {func(w *world) { w.sim.Faults().On("GET", "/applications/@me", discordsim.Fault{Status: 500}, -1) },
			problem, "application", []string{"does not show"}, []string{"application"}},
		"not in the server": {func(w *world) { w.acme.RemoveApplication(w.app) },
			problem, "server", []string{"is not in", "scope=bot+applications.commands", "CLOUDENGINE_GUILDS"}, []string{"server", "channel"}},
		"in another server too": {func(w *world) { w.sim.NewGuild("Other").AddApplication(w.app, 0) },
			warning, "server", []string{"also in Other (", "ignores"}, nil},
		"no list of servers": {func(w *world) { w.sim.Faults().On("GET", "/users/@me/guilds", discordsim.Fault{Status: 500}, -1) },
			problem, "server", []string{"does not say in which servers"}, []string{"server"}},
		"without the commands' scope": {func(w *world) {
			w.sim.Faults().On("GET", "/applications/*/guilds/*/commands", discordsim.Fault{Status: 403}, -1)
		}, problem, "server", []string{"may not register commands", "scope=bot+applications.commands"}, []string{"server"}},
		"no list of commands": {func(w *world) {
			w.sim.Faults().On("GET", "/applications/*/guilds/*/commands", discordsim.Fault{Status: 500}, -1)
		}, problem, "server", []string{"does not say which commands"}, []string{"server"}},
		"roles lack permissions": {func(w *world) {
			w.acme.Everyone().SetPermissions(discordsim.ViewChannel)
			w.acme.RemoveApplication(w.app)
			w.acme.AddApplication(w.app, discordsim.SendMessages)
			w.ops.Allow(w.app, discordsim.Permissions(discord.Permissions()))
		}, warning, "server", []string{"lack Embed Links, Attach Files, Read Message History, Create Public Threads, Send Messages in Threads"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.breakIt(w)
			f := w.examine()
			f.want(test.mark, test.subject, test.parts...)
			f.wantProblems(test.problems...)
			if strings.Contains(f.text, "hunter2") {
				t.Errorf("a password is shown:\n%s", f.text)
			}
		})
	}
}

func TestChannels(t *testing.T) {
	t.Parallel()
	const all = discordsim.AllPermissions &^ discordsim.Administrator // no channel can deny that one
	for name, test := range map[string]struct {
		prepare func(w *world) // and sets the channel
		mark    mark
		parts   []string
	}{
		"none":          {func(w *world) { w.Channel = "" }, unknown, []string{"--channel", "Copy Channel ID"}},
		"well":          {func(*world) {}, fine, []string{"#ops"}},
		"unknown":       {func(w *world) { w.Channel = "999999999999999999" }, problem, []string{"no channel 999999999999999999"}},
		"a name":        {func(w *world) { w.Channel = "#ops/../ops" }, problem, []string{"no channel #ops", "Copy Channel ID"}},
		"not seen":      {func(w *world) { w.ops.Deny(w.acme.Everyone(), discordsim.ViewChannel) }, problem, []string{"lacks View Channel"}},
		"a DM":          {func(w *world) { w.Channel = w.acme.Owner().DM(w.app).ID }, problem, []string{"not a text channel"}},
		"not served":    {func(w *world) { w.Channel = w.elsewhere().ID }, problem, []string{"not served", "CLOUDENGINE_GUILDS"}},
		"Discord fails": {func(w *world) { w.sim.Faults().On("GET", "/channels/*", discordsim.Fault{Status: 500}, -1) }, problem, []string{"does not show the channel"}},
		"no member": {func(w *world) {
			w.sim.Faults().On("GET", "/guilds/*/members/*", discordsim.Fault{Status: 500}, -1)
		}, problem, []string{"does not show the bot's roles"}},
		"a thread": {func(w *world) {
			w.answering("/channels/"+w.ops.ID, fmt.Sprintf(`{"id": %q, "type": 11, "name": "Deploy dev-web", "guild_id": %q, "parent_id": "42"}`, w.ops.ID, w.acme.ID))
		}, problem, []string{"is a thread", "42"}},
		"denied to everyone": {func(w *world) { w.ops.Deny(w.acme.Everyone(), discordsim.CreatePublicThreads|discordsim.AttachFiles) },
			problem, []string{"#ops", "lacks Attach Files, Create Public Threads → Allow it"}},
		"denied to everyone, allowed to the bot": {func(w *world) {
			w.ops.Deny(w.acme.Everyone(), all)
			w.ops.Allow(w.app, all)
		}, fine, []string{"#ops"}},
		"denied to the bot": {func(w *world) { w.ops.Deny(w.app, discordsim.SendMessagesInThreads) },
			problem, []string{"lacks Send Messages in Threads"}},
		"no messages, so no embeds either": {func(w *world) { w.ops.Deny(w.app, discordsim.SendMessages) },
			problem, []string{"lacks Send Messages, Embed Links, Attach Files"}},
		"an administrator": {func(w *world) {
			w.acme.RemoveApplication(w.app)
			w.acme.AddApplication(w.app, discordsim.Administrator)
			w.ops.Deny(w.acme.Everyone(), all)
		}, fine, []string{"#ops"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			test.prepare(w)
			f := w.examine()
			f.want(test.mark, "channel", test.parts...)
			if test.mark == problem {
				f.wantProblems("channel")
			} else {
				f.wantProblems()
			}
		})
	}
}

// The clock is compared through a proxy that lies about Discord's, in whole
// seconds: which of two neighbours is said depends on the moment.
func TestClock(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		lie   time.Duration
		mark  mark
		parts []string
	}{
		"right":  {0, fine, []string{"within 2 s"}},
		"ahead":  {-10 * time.Second, warning, []string{"s ahead of", "timedatectl"}},
		"behind": {10 * time.Second, warning, []string{"s behind", "timedatectl"}},
		"wrong":  {-time.Hour, problem, []string{"ahead of", "timedatectl"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.through(func(resp *http.Response) error {
				resp.Header.Set("Date", time.Now().Add(test.lie).UTC().Format(http.TimeFormat))
				return nil
			})
			f := w.examine()
			f.want(test.mark, "clock", test.parts...)
			if test.mark == problem {
				f.wantProblems("clock")
			} else {
				f.wantProblems()
			}
		})
	}
}

// A bot in hundreds of servers gets them in pages.
func TestManyServers(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("after"))
		first, n := 1, 200
		if r.URL.Query().Get("after") == "200" {
			first, n = 201, 3
		}
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"id": "%d", "name": "s", "permissions": "8"}`, first+i))
		}
		fmt.Fprintf(w, "[%s]", strings.Join(list, ","))
	}))
	t.Cleanup(server.Close)
	list, err := memberships(t.Context(), &rest{base: server.URL, client: server.Client()})
	if err != nil || len(list) != 203 || list[202].ID != "203" || len(asked) != 2 {
		t.Errorf("%d servers, asked %q, %v", len(list), asked, err)
	}
	if got := names(list); !strings.HasSuffix(got, "198 more") {
		t.Errorf("named: %s", got)
	}
}

// elsewhere is a channel of a server that the bot is in and does not serve.
func (w *world) elsewhere() *discordsim.Channel {
	g := w.sim.NewGuild("Other")
	g.AddApplication(w.app, 0)
	return g.NewTextChannel("lounge")
}

// through puts a proxy before Discord that changes answers.
func (w *world) through(change func(*http.Response) error) {
	w.t.Helper()
	target, err := url.Parse(w.Config.DiscordAPI)
	if err != nil {
		w.t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: change, Transport: ownTransport(w.t),
	}
	server := httptest.NewServer(proxy)
	w.t.Cleanup(server.Close)
	w.Config.DiscordAPI = server.URL
}

// answering replaces the answer to one path.
func (w *world) answering(path, body string) {
	w.t.Helper()
	w.through(func(resp *http.Response) error {
		if resp.Request.URL.Path != "/api/v10"+path {
			return nil
		}
		_ = resp.Body.Close()
		resp.StatusCode, resp.Body, resp.ContentLength = http.StatusOK, io.NopCloser(bytes.NewReader([]byte(body))), int64(len(body))
		resp.Header.Set("Content-Length", fmt.Sprint(len(body)))
		return nil
	})
}

// closedPort is an address at which nobody listens: it is bound for as long as
// the test runs, so that nobody else gets it.
func closedPort(t *testing.T) string {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	at, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", at.(*unix.SockaddrInet4).Port)
}
