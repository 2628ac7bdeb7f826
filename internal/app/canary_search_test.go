package app_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
)

// spellings are the ways in which a value may be written down, by name. Of base64
// they are what stands for the value alone, whatever is before it.
func spellings(value string) map[string]string {
	inJSON, _ := json.Marshal(value)
	all := map[string]string{
		"as it is": value,
		"JSON":     strings.Trim(string(inJSON), `"`),
		"%q":       strings.Trim(strconv.Quote(value), `"`),
		"query":    url.QueryEscape(value),
		"path":     url.PathEscape(value),
		"hex":      hex.EncodeToString([]byte(value)),
		"HEX":      strings.ToUpper(hex.EncodeToString([]byte(value))),
	}
	for ahead := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte("###"[:ahead] + value))
		all[fmt.Sprintf("base64 behind %d", ahead)] = encoded[(ahead*8+5)/6 : (ahead+len(value))*8/6]
	}
	return all
}

// pieces are a value's spellings and their pieces that a wrap leaves whole.
func pieces(value string) map[string]string {
	const wrap, step = 24, 8
	all := map[string]string{}
	for name, s := range spellings(value) {
		all[name] = s
		for at := 0; at+wrap < len(s) && name != "as it is"; at += step {
			all[fmt.Sprintf("%s, from %d", name, at)] = s[at : at+wrap]
		}
	}
	return all
}

// remains is everything that the bot leaves anywhere, by what it is.
type remains map[string][]byte

// found says where a value is, in which spelling, and what is around it.
func (p remains) found(value string) (all []string) {
	for where, raw := range p {
		for name, spelt := range pieces(value) {
			if bytes.Contains(raw, []byte(spelt)) {
				all = append(all, fmt.Sprintf("%s, %s: …%s…", where, name, around(raw, spelt)))
				break
			}
		}
	}
	return all
}

func around(raw []byte, what string) []byte {
	at := bytes.Index(raw, []byte(what))
	return raw[max(0, at-60):min(len(raw), at+len(what)+20)]
}

// has reports whether the value is in the places whose names begin so.
func (p remains) has(prefix, value string) bool {
	for where, raw := range p {
		if strings.HasPrefix(where, prefix) && bytes.Contains(raw, []byte(value)) {
			return true
		}
	}
	return false
}

// tables adds every column of every table, as text, or as the bytes that it holds.
func (p remains) tables(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	ctx := t.Context()
	rows, err := conn.Query(ctx, `select table_schema, table_name, column_name, data_type = 'bytea' from information_schema.columns
		where table_schema not in ('pg_catalog', 'information_schema')`)
	if err != nil {
		t.Fatal(err)
	}
	type column struct {
		Schema, Table, Name string
		Binary              bool
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[column])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range columns {
		value := pgx.Identifier{c.Name}.Sanitize()
		if !c.Binary {
			value = "convert_to(" + value + "::text, 'UTF8')"
		}
		rows, err := conn.Query(ctx, "select coalesce("+value+", '') from "+pgx.Identifier{c.Schema, c.Table}.Sanitize())
		if err != nil {
			t.Fatal(err)
		}
		cells, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			t.Fatal(err)
		}
		p["table "+c.Table+"."+c.Name] = bytes.Join(cells, []byte("\n"))
	}
}

// files adds every file below a directory, and the names.
func (p remains) files(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		p["file "+path] = []byte(path)
		if !d.Type().IsRegular() {
			return nil
		}
		raw, err := os.ReadFile(path)
		p["file "+path] = append([]byte(path+"\n"), raw...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// recorder stands between the bot and Discord, and keeps all that the bot sends:
// posts, edits, answers that one person sees, files.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	sent remains
}

func newRecorder(t *testing.T, discord string) *recorder {
	t.Helper()
	target, err := url.Parse(discord)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{sent: remains{}}
	transport := &http.Transport{}
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(target) }}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		r.keep(t, req, body)
		req.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, req)
	}))
	t.Cleanup(func() { r.Close(); transport.CloseIdleConnections() })
	return r
}

func (r *recorder) keep(t *testing.T, req *http.Request, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	name := fmt.Sprintf("request %d %s %s", len(r.sent), req.Method, req.URL.Path)
	r.sent[name] = body
	kind, params, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if !strings.HasPrefix(kind, "multipart/") {
		return
	}
	for parts := multipart.NewReader(bytes.NewReader(body), params["boundary"]); ; {
		part, err := parts.NextPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		content, _ := io.ReadAll(part)
		if unpacked, err := gzip.NewReader(bytes.NewReader(content)); err == nil {
			content, _ = io.ReadAll(unpacked)
		}
		r.sent[name+", file "+part.FileName()] = content
	}
}

// addTo adds what was sent so far.
func (r *recorder) addTo(p remains) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for where, raw := range r.sent {
		p[where] = raw
	}
}
