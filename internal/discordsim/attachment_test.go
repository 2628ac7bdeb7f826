package discordsim_test

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	dg "github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

func TestAttachments(t *testing.T) {
	t.Parallel()
	opts := unlimited
	opts.AttachmentLimit = 100
	w := mustWorld(t, opts)
	m := w.mustPost(t, object{"attachments": []object{{"id": 1, "filename": "log.txt", "description": "the log"}}}, "first", "second")
	if len(m.Attachments) != 2 || m.Attachments[1].Filename != "log.txt" || m.Attachments[1].Description != "the log" {
		t.Fatalf("attachments = %+v", m.Attachments)
	}
	log, ok := m.Attachment("log.txt")
	if !ok || string(log.Bytes()) != "second" || log.Size != 6 {
		t.Errorf("log = %+v", log)
	}
	resp := must(http.Get(log.URL))(t)
	defer resp.Body.Close()
	if text := must(io.ReadAll(resp.Body))(t); string(text) != "second" || !strings.HasPrefix(log.URL, w.URL()) {
		t.Errorf("downloaded %q from %s", text, log.URL)
	}
	address, key, _ := strings.Cut(log.URL, "?hm=")
	for name, guess := range map[string]string{
		"an unknown file": w.URL() + "/attachments/1/2/x", "without its key": address, "with an empty key": address + "?hm=", "with another": address + "?hm=x" + key[1:],
	} {
		answer := must(http.Get(guess))(t)
		answer.Body.Close()
		if answer.StatusCode != 404 {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
	}

	one := w.messages() + "/" + m.ID
	if a := w.call(t, "PATCH", one, object{"content": "kept"}); len(a.body["attachments"].([]any)) != 2 {
		t.Errorf("an edit that names none keeps all: %v", a.body["attachments"])
	}
	a := w.call(t, "PATCH", one, object{"attachments": []object{{"id": log.ID}, {"id": "0"}}}, "third")
	files := a.body["attachments"].([]any)
	if len(files) != 2 || files[0].(object)["id"] != log.ID || files[1].(object)["size"] != 5.0 {
		t.Errorf("after the edit: %v", files)
	}
	if a := w.call(t, "POST", w.messages(), object{}, strings.Repeat("x", 101)); a.status != 413 || a.code() != 40005 {
		t.Errorf("too large: %v", a.body)
	}
	if a := w.call(t, "POST", w.messages(), object{"content": "x", "attachments": []object{{"id": 5}}}); a.code() != 50035 {
		t.Errorf("no such file: %v", a.body)
	}
	if a := w.call(t, "POST", w.messages(), object{"attachments": []object{{"id": "x"}}}, "x"); a.code() != 50035 {
		t.Errorf("no number: %v", a.body)
	}
	w.ops.Deny(w.app, discordsim.AttachFiles)
	if a := w.call(t, "POST", w.messages(), object{}, "x"); a.code() != 50013 {
		t.Errorf("may not attach: %v", a.body)
	}
}

// A file is there for as long as a message shows it: what an edit replaced, or what
// went with its message or its channel, takes no memory any more.
func TestFilesGoWithTheirMessage(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	status := func(url string) int {
		answer := must(http.Get(url))(t)
		answer.Body.Close()
		return answer.StatusCode
	}
	for name, end := range map[string]func(m discordsim.Message){
		"replaced": func(m discordsim.Message) {
			w.call(t, "PATCH", w.messages()+"/"+m.ID, object{"attachments": []object{{"id": "0"}}}, "other")
		},
		"taken away": func(m discordsim.Message) {
			w.call(t, "PATCH", w.messages()+"/"+m.ID, object{"content": "x", "attachments": []object{}})
		},
		"deleted": func(m discordsim.Message) { w.call(t, "DELETE", w.messages()+"/"+m.ID, nil) },
	} {
		m := w.mustPost(t, object{}, "first")
		file := m.Attachments[0]
		if got := status(file.URL); got != 200 {
			t.Fatalf("%s: %d before", name, got)
		}
		end(m)
		if got := status(file.URL); got != 404 {
			t.Errorf("%s: %d", name, got)
		}
		if string(file.Bytes()) != "first" {
			t.Errorf("%s: who saw it has %q", name, file.Bytes())
		}
	}
	m := w.mustPost(t, object{}, "first")
	w.ops.Delete()
	if got := status(m.Attachments[0].URL); got != 404 {
		t.Errorf("without its channel: %d", got)
	}
	w.assertClean(t)
}

// A picture and a table go out as answers to interactions and as messages,
// and come back as they were.
func TestPicturesAndTables(t *testing.T) {
	t.Parallel()
	w, ctx := mustWorld(t, unlimited), testContext(t)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	table := "who,what\nada,\"grant, view\"\n"
	files := func() []*dg.File {
		return []*dg.File{
			{Name: "stats.png", ContentType: "application/octet-stream", Reader: bytes.NewReader(picture.Bytes())},
			{Name: "audit.csv", ContentType: "text/plain", Reader: strings.NewReader(table)},
		}
	}
	embeds := []*dg.MessageEmbed{{Title: "30 days", Image: &dg.MessageEmbedImage{URL: "attachment://stats.png"}}}
	bot := w.mustBot(t, func(s *dg.Session, i *dg.InteractionCreate) {
		err := s.InteractionRespond(i.Interaction, &dg.InteractionResponse{
			Type: dg.InteractionResponseChannelMessageWithSource,
			Data: &dg.InteractionResponseData{Embeds: embeds, Files: files(), Flags: dg.MessageFlagsEphemeral},
		})
		if err != nil {
			t.Errorf("respond: %v", err)
		}
	})
	w.mustRegister(t, bot, &dg.ApplicationCommand{Name: "stats", Description: "Stats"})
	in := must(w.ada.Slash(ctx, w.ops, "stats", nil))(t)
	answered := must(in.Reply(ctx))(t)
	must(bot.ChannelMessageSendComplex(w.ops.ID, &dg.MessageSend{Embeds: embeds, Files: files()}))(t)
	posted := must(w.ops.Await(ctx, w.grace, discordsim.Containing("30 days")))(t)
	for _, m := range []*discordsim.Message{answered, posted} {
		checkFile(t, m, "stats.png", "image/png", picture.String())
		checkFile(t, m, "audit.csv", "text/csv; charset=utf-8", table)
		shown, _ := m.Attachment("stats.png")
		if shown.Width != 30 || shown.Height != 20 || m.Embeds[0].Image.URL != shown.URL {
			t.Errorf("picture %+v, shown %+v", shown, m.Embeds[0].Image)
		}
	}
	w.assertClean(t)
}

// checkFile checks a file of a message, and what its URL serves.
func checkFile(t *testing.T, m *discordsim.Message, name, kind, content string) {
	t.Helper()
	f, ok := m.Attachment(name)
	if !ok || f.ContentType != kind || f.Size != len(content) || string(f.Bytes()) != content {
		t.Fatalf("%s: %+v", name, f)
	}
	resp := must(http.Get(f.URL))(t)
	defer resp.Body.Close()
	if got := must(io.ReadAll(resp.Body))(t); string(got) != content || resp.Header.Get("Content-Type") != kind || resp.ContentLength != int64(len(content)) {
		t.Errorf("%s: %d bytes of %s", f.URL, len(got), resp.Header.Get("Content-Type"))
	}
}

func TestSpoilersAreIgnored(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	m := w.mustPost(t, object{"attachments": []object{{"id": 0, "filename": "SPOILER_audit.csv", "is_spoiler": true}}}, "a,b")
	if f, ok := m.Attachment("SPOILER_audit.csv"); !ok || f.ContentType != "text/csv; charset=utf-8" {
		t.Errorf("attachments = %+v", m.Attachments)
	}
	w.assertClean(t)
}

// An edit takes buttons away, by itself or with a new text. Who pressed on an
// older picture of the message still has them: see TestUpdateThroughClick.
func TestEditRemovesButtons(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for name, edit := range map[string]object{
		"alone": {"components": []any{}}, "null": {"components": nil}, "with a text": {"content": "Approved by ada.", "components": []any{}},
	} {
		m := w.mustPost(t, object{"content": "Request", "components": []object{rowOf(button("approve"), button("decline"))}})
		if a := w.call(t, "PATCH", w.messages()+"/"+m.ID, edit); a.status != 200 || len(a.body["components"].([]any)) != 0 {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
		now, _ := w.ops.Message(w.ada, m.ID)
		if len(now.Buttons()) != 0 || len(m.Buttons()) != 2 {
			t.Errorf("%s: %d buttons left, %d before", name, len(now.Buttons()), len(m.Buttons()))
		}
		if _, err := w.ada.Click(t.Context(), now, "approve"); err == nil {
			t.Errorf("%s: a button that is gone was pressed", name)
		}
	}
	w.assertClean(t)
}

func TestFilesRunNothing(t *testing.T) {
	t.Parallel()
	w := mustWorld(t, unlimited)
	for name, test := range map[string]struct{ kind, want, disposition string }{
		"plan.txt":   {"text/html", "text/plain; charset=utf-8", "inline; filename=plan.txt"},
		"page.html":  {"text/html", "application/octet-stream", "attachment; filename=page.html"},
		"app.js":     {"text/javascript", "application/octet-stream", "attachment; filename=app.js"},
		"bad.svg":    {"image/svg+xml", "application/octet-stream", "attachment; filename=bad.svg"},
		"dot.png":    {"text/html", "image/png", "inline; filename=dot.png"},
		"two w.json": {"", "application/json; charset=utf-8", `inline; filename="two w.json"`},
		"größe.bin":  {"application/x", "application/octet-stream", "attachment; filename*=utf-8''gr%C3%B6%C3%9Fe.bin"},
	} {
		var payload bytes.Buffer
		form := multipart.NewWriter(&payload)
		part := must(form.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {mime.FormatMediaType("form-data", map[string]string{"name": "files[0]", "filename": name})},
			"Content-Type":        {test.kind},
		}))(t)
		io.WriteString(part, "<script>alert(1)</script>") //nolint:errcheck // into memory
		form.Close()
		req := must(http.NewRequestWithContext(t.Context(), "POST", w.URL()+"/api/v10"+w.messages(), &payload))(t)
		req.Header.Set("Authorization", "Bot "+w.app.Token)
		req.Header.Set("Content-Type", form.FormDataContentType())
		if a := w.do(t, req); a.status != 200 {
			t.Fatalf("%s: %v", name, a.body)
		}
		list := w.ops.Messages(w.ada)
		resp := must(http.Get(list[len(list)-1].Attachments[0].URL))(t)
		resp.Body.Close()
		for header, want := range map[string]string{
			"Content-Type": test.want, "Content-Disposition": test.disposition,
			"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff",
		} {
			if got := resp.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q, not %q", name, header, got, want)
			}
		}
	}
}
