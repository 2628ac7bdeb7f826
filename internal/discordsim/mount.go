package discordsim

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// clientPrefix is where the page's own WebSocket and calls are: an upgrade
// anywhere else is the gateway's.
const clientPrefix = "/client/"

// Mount serves a page for people at the address of the Sim: whatever is
// neither the API, the gateway nor a file goes to it, and WebSockets below
// /client/. Faults do not touch it, nor the files that it shows. The context of its requests ends when
// Close is called, and Close waits for them: a handler that holds a socket
// lets it go then.
func (s *Sim) Mount(page http.Handler) { s.page.Store(&page) }

// isPage reports whether a request is the page's. Some libraries leave out
// /api: a route of the API without it stays the API's, and so does
// everything that carries a bot's token.
func isPage(q *http.Request, api *http.ServeMux) bool {
	switch path := q.URL.Path; {
	case strings.HasPrefix(path, clientPrefix):
		return true
	case isUpgrade(q), isFile(q), path == "/api", apiPrefix(path) != "",
		strings.HasPrefix(q.Header.Get("Authorization"), "Bot "):
		return false
	}
	_, pattern := api.Handler(q)
	return pattern == "/" || pattern == ""
}

// SameOrigin reports whether a request comes from no page in a browser, as
// those of bots do, or from one of the address that it is sent to. Whatever
// site a developer has open could reach a Sim on their machine otherwise. A
// proxy in front may speak HTTPS where we do not, so the scheme may differ.
func SameOrigin(q *http.Request) bool {
	origins, sent := q.Header["Origin"]
	if !sent {
		return true
	}
	u, err := url.Parse(origins[0])
	return len(origins) == 1 && err == nil && u.Host != "" && strings.EqualFold(u.Host, q.Host)
}

func isUpgrade(q *http.Request) bool {
	return strings.EqualFold(q.Header.Get("Upgrade"), "websocket")
}

// servePage lets the page answer.
func (s *Sim) servePage(w http.ResponseWriter, q *http.Request, page http.Handler) {
	ctx, stop := context.WithCancel(q.Context())
	defer stop()
	defer context.AfterFunc(s.pages, stop)()
	page.ServeHTTP(w, q.WithContext(ctx))
}

func isFile(q *http.Request) bool { return strings.HasPrefix(q.URL.Path, "/attachments/") }
