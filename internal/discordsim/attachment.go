package discordsim

import (
	"bytes"
	"cmp"
	"crypto/subtle"
	"fmt"
	"image"
	_ "image/gif"  // to know the size of pictures
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Attachment is a file of a message. Its URL is served by the Sim.
type Attachment struct {
	ID          string `json:"id"`
	Filename    string `json:"filename"`
	Description string `json:"description,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Size        int    `json:"size"`
	URL         string `json:"url"`
	ProxyURL    string `json:"proxy_url"`
	Ephemeral   bool   `json:"ephemeral,omitempty"`
	Width       int    `json:"width,omitempty"` // of a picture, in pixels
	Height      int    `json:"height,omitempty"`

	data []byte
	key  string // the "hm" of its URL, as of Discord's: who has no more than ids does not get it
}

// Bytes is the content of the file.
func (a Attachment) Bytes() []byte { return a.data }

// attachmentRef names a file: one that comes with the request (by its
// number), or one that stays (by its id).
type attachmentRef struct {
	ID          writtenID `json:"id"`
	Filename    string    `json:"filename"`
	Description string    `json:"description"`
}

// knownTypes are the content types that Discord gives files by their name,
// whatever the bot says; others keep the bot's.
var knownTypes = map[string]string{
	".csv": "text/csv; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".log": "text/plain; charset=utf-8",
	".json": "application/json; charset=utf-8", ".png": "image/png", ".gif": "image/gif", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
}

// dimensions are those of a picture, 0 of other files.
func dimensions(data []byte) (width, height int) {
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return 0, 0
	}
	return c.Width, c.Height
}

// attach settles which files the message has after the request.
func (s *Sim) attach(f *fieldErrors, q *request, b *messageBody, m *Message, at string) {
	kept := m.Attachments
	described := map[int]attachmentRef{}
	if b.Attachments.Set {
		kept = []Attachment{}
		for i, ref := range b.Attachments.Value {
			id := string(ref.ID)
			old := slices.IndexFunc(m.Attachments, func(a Attachment) bool { return a.ID == id })
			number, err := strconv.Atoi(id)
			fresh := slices.IndexFunc(q.files, func(u upload) bool { return u.index == number })
			switch {
			case old >= 0:
				kept = append(kept, m.Attachments[old])
			case err == nil && fresh >= 0 && number < maxAttachments:
				described[number] = ref
			default:
				f.add(join(at, "attachments", i, "id"), "ATTACHMENT_NOT_FOUND", "There is no file with this number")
			}
		}
	}
	kept = append([]Attachment{}, kept...)
	for _, u := range q.files {
		kept = append(kept, s.attachment(m, u, described[u.index]))
	}
	m.Attachments = kept
	if !b.Embeds.Set { // they are shared with older snapshots
		return
	}
	for i := range m.Embeds {
		m.Embeds[i].Image, m.Embeds[i].Thumbnail = m.shown(m.Embeds[i].Image), m.shown(m.Embeds[i].Thumbnail)
	}
}

// attachment makes an uploaded file one of the message, under a URL of the Sim's
// own.
func (s *Sim) attachment(m *Message, u upload, ref attachmentRef) Attachment {
	name := u.name
	if ref.Filename != "" {
		name = ref.Filename
	}
	kind := cmp.Or(knownTypes[strings.ToLower(path.Ext(name))], u.contentType)
	width, height := dimensions(u.data)
	id, key := s.newID(), randomToken(16)
	url := fmt.Sprintf("%s/attachments/%s/%s/%s?hm=%s", s.url, m.ChannelID, id, url.PathEscape(name), key)
	return Attachment{
		ID: id, Filename: name, Description: ref.Description, ContentType: kind, Size: len(u.data),
		URL: url, ProxyURL: url, Ephemeral: m.Ephemeral(), Width: width, Height: height, data: u.data, key: key,
	}
}

// shown is a picture of an embed; one that names a file of the message gets
// the file's URL.
func (m *Message) shown(picture *EmbedImage) *EmbedImage {
	if picture == nil {
		return nil
	}
	name, isFile := strings.CutPrefix(picture.URL, "attachment://")
	if file, ok := m.Attachment(name); isFile && ok {
		return &EmbedImage{URL: file.URL}
	}
	return picture
}

// file finds an attachment by the channel and the id in its URL, nil if there is
// none: it is there for as long as a message shows it.
func (s *Sim) file(channelID, id string) *Attachment {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channelID]
	if c == nil {
		return nil
	}
	for _, m := range c.messages {
		for _, a := range m.Attachments {
			if a.ID == id {
				return &a
			}
		}
	}
	return nil
}

// serveFile answers a download of an attachment. A browser shows pictures and
// texts and saves everything else, and whatever it opens runs nothing: here files
// have the address of the page, where Discord's have one of their own. So what a
// bot says that a file is, such as a script, is not said to browsers.
func (s *Sim) serveFile(w http.ResponseWriter, q *http.Request) {
	channel, rest, _ := strings.Cut(strings.TrimPrefix(q.URL.Path, "/attachments/"), "/")
	id, _, _ := strings.Cut(rest, "/")
	f := s.file(channel, id)
	if f == nil || subtle.ConstantTimeCompare([]byte(q.URL.Query().Get("hm")), []byte(f.key)) == 0 {
		http.NotFound(w, q)
		return
	}
	kind, disposition := "application/octet-stream", "attachment"
	if known := knownTypes[strings.ToLower(path.Ext(f.Filename))]; known != "" {
		kind, disposition = known, "inline"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Filename}))
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	w.Write(f.data) //nolint:errcheck // the client went away
}
