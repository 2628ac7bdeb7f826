package discordweb

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// policy lets the page load from where it came from, and nothing run that is
// not a file of ours.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers of every answer.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// Address is where the page of a Sim is, and the token that Options must have:
// a new one where others than this machine reach it, none where they do not.
func Address(sim *discordsim.Sim) (address, token string) {
	if newDoor(sim.Addr(), "").loopback {
		return sim.URL() + "/", ""
	}
	token = newToken()
	return withToken(sim, token), token
}

// ticketLife is how long a browser may take to start.
const ticketLife = 2 * time.Minute

// Ticket is the address of the page for a program that opens it: where a token is
// needed, what stands in its place works once, and soon. Everybody on a machine can
// read the command line of a program. A new ticket voids the one before.
func (w *Web) Ticket() string {
	d := w.door
	if d.token == "" {
		return w.sim.URL() + "/"
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ticket, d.until = newToken(), time.Now().Add(ticketLife)
	return withToken(w.sim, d.ticket)
}

func withToken(sim *discordsim.Sim, token string) string { return sim.URL() + "/?token=" + token }

// newToken is 128 bits that nobody can guess, in hexadecimal.
func newToken() string {
	secret := make([]byte, 16)
	rand.Read(secret)
	return hex.EncodeToString(secret)
}

// door decides who comes in. On a loopback address it is whoever runs
// something on this machine, but no page of another site that their browser
// shows: neither by a request of its own (Origin) nor by a name of its own for
// our address (Host). Anywhere else it is who has the token.
type door struct {
	token    string
	cookie   string // name; cookies are shared by all ports of a host
	loopback bool
	port     string

	mu     sync.Mutex
	ticket string // opens once in the place of the token; empty for none
	until  time.Time
}

// newDoor is the one of a listener's address. One that cannot be read is not
// taken for loopback.
func newDoor(address, token string) *door {
	d := &door{token: token}
	if host, port, err := net.SplitHostPort(address); err == nil {
		d.loopback, d.port = isLoopback(host), port
	}
	sum := sha256.Sum256([]byte(token))
	d.cookie = "discord_" + hex.EncodeToString(sum[:4])
	return d
}

// isLoopback reports whether a name or address can only mean this machine.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// admit reports whether a request may come in; if not, it has answered.
func (d *door) admit(w http.ResponseWriter, r *http.Request) bool {
	switch given := r.URL.Query().Get("token"); {
	case d.token == "" && !d.loopback:
		turnAway(w, r, http.StatusForbidden, "This page was started without a token, so it is for the machine that it runs on alone.")
	case d.token == "" && !d.isOurs(r.Host):
		turnAway(w, r, http.StatusForbidden, "This page answers at a loopback address alone, such as 127.0.0.1.")
	case !discordsim.SameOrigin(r):
		turnAway(w, r, http.StatusForbidden, "Another site asked for this. Nothing was done.")
	case d.token == "":
		return true
	case r.Method == http.MethodGet && r.URL.Path == "/" && (d.fits(given) || d.spend(given)):
		http.SetCookie(w, &http.Cookie{
			Name: d.cookie, Value: d.token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
			Secure: r.Header.Get("X-Forwarded-Proto") == "https", // a proxy with TLS is before us
		})
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case d.knows(r):
		return true
	default:
		turnAway(w, r, http.StatusUnauthorized, "A token is needed. Open the whole address that was printed at the start: it ends with ?token= and the token.")
	}
	return false
}

// isOurs reports whether the host that a request names can only be us.
func (d *door) isOurs(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil { // http leaves its port out
		name, port = strings.Trim(host, "[]"), "80"
	}
	return port == d.port && isLoopback(name)
}

// fits reports whether it is the token.
func (d *door) fits(given string) bool { return same(given, d.token) }

// spend reports whether it is the ticket, which is good for nothing from then on.
func (d *door) spend(given string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ticket == "" || time.Now().After(d.until) || !same(given, d.ticket) {
		return false
	}
	d.ticket = ""
	return true
}

// same compares in constant time, whatever the lengths.
func same(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// knows reports whether a request carries the token.
func (d *door) knows(r *http.Request) bool {
	if given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return d.fits(given)
	}
	c, err := r.Cookie(d.cookie)
	return err == nil && d.fits(c.Value)
}

// turnAway says why a request may not come in. why is a text of ours.
func turnAway(w http.ResponseWriter, r *http.Request, status int, why string) {
	w.Header().Set("Cache-Control", "no-store")
	if strings.HasPrefix(r.URL.Path, "/client/") {
		writeProblem(w, status, &problem{Text: why, Code: codeRefused})
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Local Discord</title>\n<h1>%s</h1>\n<p>%s</p>\n</html>\n", http.StatusText(status), why)
}
