package discordweb

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed page
var page embed.FS

// kinds are the content types of the page's files, by the end of their name.
// The machine's own table is not asked: it differs from machine to machine.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png",
}

// file is one of the page's, as it is served.
type file struct {
	content    []byte
	kind, etag string
}

// pageFiles are all there are to serve, by path: what is not here does not
// exist, however a path is written.
func pageFiles() map[string]*file {
	files := map[string]*file{}
	err := fs.WalkDir(page, "page", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := page.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		f := &file{content: content, kind: kinds[path.Ext(name)], etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
		if f.kind == "" {
			f.kind = "application/octet-stream"
		}
		files["/"+name] = f
		return nil
	})
	if err != nil {
		panic(err) // the files are in the program
	}
	files["/"] = files["/page/index.html"]
	return files
}

func (w *Web) serveFile(rw http.ResponseWriter, r *http.Request) {
	f := w.files[r.URL.Path]
	switch {
	case f == nil:
		http.Error(rw, "There is nothing here. The page is at /", http.StatusNotFound)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		rw.Header().Set("Allow", "GET, HEAD")
		http.Error(rw, "This can only be read.", http.StatusMethodNotAllowed)
		return
	}
	h := rw.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache") // asked again each time: the program may be another
	h.Set("ETag", f.etag)
	http.ServeContent(rw, r, "", time.Time{}, bytes.NewReader(f.content))
}
