package discordweb

import (
	"mime"
	"path"
	"strings"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

func TestThePagesFiles(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	for name := range w.web.files {
		r, body := ask(t, "GET", w.URL()+name, "", nil, "")
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if r.StatusCode != 200 || err != nil || kind == "application/octet-stream" {
			t.Errorf("%s: %d, %q", name, r.StatusCode, r.Header.Get("Content-Type"))
		}
		if path.Ext(name) == ".js" && kind != "text/javascript" || path.Ext(name) == ".css" && kind != "text/css" {
			t.Errorf("%s is %s: a browser takes it for something else", name, kind)
		}
		assertHeaders(t, r)
		again, rest := ask(t, "GET", w.URL()+name, "", map[string]string{"If-None-Match": r.Header.Get("ETag")}, "")
		if again.StatusCode != 304 || rest != "" || r.Header.Get("ETag") == "" {
			t.Errorf("%s: asked again, %d", name, again.StatusCode)
		}
		assertHeaders(t, again)
		if head, none := ask(t, "HEAD", w.URL()+name, "", nil, ""); head.StatusCode != 200 || none != "" || head.ContentLength != int64(len(body)) {
			t.Errorf("HEAD %s: %d", name, head.StatusCode)
		}
	}
}

func TestWhatIsNoFile(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	for name, c := range map[string]struct {
		method, path string
		status       int
	}{
		"nothing":               {"GET", "/none", 404},
		"the folder":            {"GET", "/page", 404},
		"a list":                {"GET", "/page/", 404},
		"up":                    {"GET", "/page/../web.go", 404},
		"up, written otherwise": {"GET", "/page/%2e%2e/web.go", 404},
		"up, with a slash":      {"GET", "/page/..%2fweb.go", 404},
		"up, backwards":         {"GET", `/page/..%5cweb.go`, 404},
		"the machine's":         {"GET", "//etc/passwd", 404},
		"a nul":                 {"GET", "/page/index.html%00.png", 404},
		"below the calls":       {"GET", "/client/", 404},
		"a call to be read":     {"GET", callPath, 405},
		"a page to write":       {"POST", "/", 405},
		"a file to delete":      {"DELETE", "/page/index.html", 405},
		"no socket":             {"GET", socketPath, 426},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, body := ask(t, c.method, w.URL()+c.path, "", nil, "")
			if r.StatusCode != c.status || strings.Contains(body, "package discordweb") || strings.Contains(body, "root:") {
				t.Errorf("%d, want %d: %s", r.StatusCode, c.status, body)
			}
			assertHeaders(t, r)
		})
	}
}

// A file that a bot uploads has the page's address, and yet runs nothing there.
func TestAttachmentsRunNothing(t *testing.T) {
	t.Parallel()
	w := mustPlace(t, Options{})
	bot := w.mustBot(t, func(*dg.Session, *dg.InteractionCreate) {})
	ada := w.mustWindow(t, "ada")
	for name, kind := range map[string]string{"evil.html": "text/html", "evil.svg": "image/svg+xml", "chart.png": "image/png", "evil.js": "text/javascript"} {
		must(bot.ChannelMessageSendComplex(w.ops.ID, &dg.MessageSend{
			Content: name, Files: []*dg.File{{Name: name, ContentType: kind, Reader: strings.NewReader("<script>alert(1)</script>")}},
			Embeds: []*dg.MessageEmbed{{Title: "x", Image: &dg.MessageEmbedImage{URL: "attachment://" + name}}},
		}))(t)
		m := ada.push("message", messageWith(name))["message"]
		address, _ := at(m, "attachments", 0, "url").(string)
		if !strings.HasPrefix(address, "/attachments/") || at(m, "embeds", 0, "image", "url") != address {
			t.Errorf("%s is at %q, and in the embed at %v: the page loads from itself alone", name, address, at(m, "embeds", 0, "image"))
		}
		r, body := ask(t, "GET", w.URL()+address, "", nil, "")
		if r.StatusCode != 200 || !strings.Contains(body, "<script>") {
			t.Errorf("%s: %d %s", name, r.StatusCode, body)
		}
		if csp := r.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || strings.Contains(csp, "allow-scripts") || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", name, r.Header)
		}
	}
}

// The files that components show are the page's own too, and the message that
// all share stays as it was.
func TestPicturesOfComponents(t *testing.T) {
	t.Parallel()
	w := &Web{sim: mustSim(t, unlimited)}
	file := w.sim.URL() + "/attachments/1/2/a.png"
	m := discordsim.Message{
		Attachments: []discordsim.Attachment{{Filename: "a.png", URL: file}},
		Components: []discordsim.Component{{Type: 17, Components: []discordsim.Component{
			{Type: 9, Accessory: &discordsim.Component{Type: 11, Media: &discordsim.Media{URL: "attachment://a.png"}}},
			{Type: 12, Items: []discordsim.GalleryItem{{Media: discordsim.Media{URL: file}}, {Media: discordsim.Media{URL: "https://example.com/b.png"}}}},
		}}},
	}
	got := w.local(m).Components[0].Components
	if a, b, c := got[0].Accessory.Media.URL, got[1].Items[0].Media.URL, got[1].Items[1].Media.URL; a != "/attachments/1/2/a.png" || b != a || c != "https://example.com/b.png" {
		t.Errorf("%s, %s, %s", a, b, c)
	}
	if m.Attachments[0].URL != file || m.Components[0].Components[1].Items[0].Media.URL != file || m.Components[0].Components[0].Accessory.Media.URL != "attachment://a.png" {
		t.Errorf("the message changed: %+v", m)
	}
}
