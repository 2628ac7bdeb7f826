package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/template"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
	"github.com/cloud-engine/cloudengine/internal/discordweb"
)

const localDiscordUsage = "usage: cloudengine discordsim [--listen ADDRESS] [--url URL] [--world FILE] [--print text|json]"

// localDiscord runs a local Discord alone, with its page, for bots that are
// written in any language. It needs no configuration.
func localDiscord(ctx context.Context, args []string, _ func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("discordsim", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	listen := flags.String("listen", "127.0.0.1:0", "")
	address := flags.String("url", "", "")
	file := flags.String("world", "", "")
	format := flags.String("print", "text", "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || *format != "text" && *format != "json" {
		return &usageError{localDiscordUsage}
	}
	if _, _, err := net.SplitHostPort(*listen); err != nil {
		return &usageError{fmt.Sprintf("--listen takes an address with a port, such as 127.0.0.1:8080, not %q\n%s", *listen, localDiscordUsage)}
	}
	if !isBase(*address) {
		return &usageError{fmt.Sprintf("--url takes how others reach it, such as http://discord.internal:8080, not %q\n%s", *address, localDiscordUsage)}
	}
	world, err := readWorld(*file)
	if err != nil {
		return err
	}
	// `discordsim | head` must not end it before it has stopped.
	signal.Ignore(syscall.SIGPIPE)
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	sim, err := discordsim.Start(discordsim.Options{Addr: *listen, URL: *address, Logger: log})
	if err != nil {
		return err
	}
	defer sim.Close()
	if err := world.Build(sim); err != nil {
		return fmt.Errorf("--world %s: %w", *file, err)
	}
	started := describeDiscord(sim)
	sim.Mount(discordweb.New(sim, discordweb.Options{
		Version: version, Token: started.token, Warning: started.Warning, Faults: true, Logger: log,
	}))
	if err := started.write(out, *format); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// isBase reports whether a URL is a scheme and a host alone; none is right too.
func isBase(address string) bool {
	u, err := url.Parse(address)
	return address == "" || err == nil && u.Host != "" && (address == "http://"+u.Host || address == "https://"+u.Host)
}

// readWorld reads the file of a world; without one there is a small one.
func readWorld(name string) (discordweb.World, error) {
	if name == "" {
		return discordweb.SmallWorld(), nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return discordweb.World{}, fmt.Errorf("--world: %w", err)
	}
	w, err := discordweb.ParseWorld(text)
	if err != nil {
		return discordweb.World{}, fmt.Errorf("%s: %w", name, err)
	}
	return w, nil
}

// startedDiscord is what a local Discord prints once it runs: with --print json
// as one line.
type startedDiscord struct {
	URL          string               `json:"url"`  // of the API, below /api/v10, and of the gateway
	Page         string               `json:"page"` // with the token, if one is needed
	Warning      string               `json:"warning,omitempty"`
	Applications []startedApplication `json:"applications"`
	Guilds       []startedGuild       `json:"guilds"`

	token string
}

type startedApplication struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Token     string `json:"token"`
	PublicKey string `json:"publicKey"`
}

type startedGuild struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Channels []byName `json:"channels"`
	People   []byName `json:"people"`
}

type byName struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// describeDiscord collects what is printed. Where others can reach it, the page
// is for those with the token.
func describeDiscord(sim *discordsim.Sim) *startedDiscord {
	s := &startedDiscord{URL: sim.URL(), Applications: []startedApplication{}, Guilds: []startedGuild{}}
	if s.Page, s.token = discordweb.Address(sim); s.token != "" {
		s.Warning = "Others on your network may reach this local Discord: who has the address of its page may be anybody in it, and who has a bot's token may be the bot. Nothing is encrypted. Give bots elsewhere the address by which they reach it with --url."
	}
	for _, a := range sim.Applications() {
		s.Applications = append(s.Applications, startedApplication{a.ID, a.Name, a.Token, a.PublicKey})
	}
	for _, g := range sim.Guilds() {
		shown := startedGuild{ID: g.ID, Name: g.Name, Channels: []byName{}, People: []byName{}}
		for _, c := range g.Channels() {
			shown.Channels = append(shown.Channels, byName{c.ID, c.Name()})
		}
		for _, m := range g.Members() {
			if !m.Bot {
				shown.People = append(shown.People, byName{m.ID, m.Username})
			}
		}
		s.Guilds = append(s.Guilds, shown)
	}
	return s
}

// startedText is the text for people. Each library needs but a few words: where they
// go is in docs/discordsim.md.
var startedText = template.Must(template.New("").Funcs(template.FuncMap{"names": names}).Parse(`
A local Discord is running. Open it in a browser:

  {{.Page}}
{{with .Warning}}
Warning: {{.}}
{{end}}
The API is at {{.URL}}/api/v10; GET /gateway names the gateway.
{{range .Applications}}
Application {{printf "%q" .Name}}
  id          {{.ID}}
  token       {{.Token}}
  public key  {{.PublicKey}}
{{end}}{{range .Guilds}}
Server {{printf "%q" .Name}} ({{.ID}})
  channels    {{names .Channels}}
  people      {{names .People}}
{{end}}
Pointing a bot at it (docs/discordsim.md has each in full):
  discord.js  new Client({ intents, rest: { api: '{{.URL}}/api' } })
  discord.py  discord.http.Route.BASE = '{{.URL}}/api/v10'
              discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL('{{.Gateway}}')
  disgo       bot.WithRestClientConfigOpts(rest.WithURL("{{.URL}}/api/v10"))
  discordgo   session.Client.Transport: one that sends requests to {{.URL}}

Press Ctrl-C to end it.
`))

// Gateway is the address of the gateway, for clients that do not ask for it.
func (s *startedDiscord) Gateway() string { return "ws" + strings.TrimPrefix(s.URL, "http") }

func names(list []byName) string {
	var out []string
	for _, x := range list {
		out = append(out, fmt.Sprintf("%s (%s)", x.Name, x.ID))
	}
	return strings.Join(out, ", ")
}

func (s *startedDiscord) write(out io.Writer, format string) error {
	if format == "json" {
		return json.NewEncoder(out).Encode(s)
	}
	var b strings.Builder
	if err := startedText.Execute(&b, s); err != nil {
		return err
	}
	_, err := io.WriteString(out, b.String()[1:])
	return err
}
