// Package discordweb is a small Discord in the browser, for the people of a
// discordsim: the page itself, and the Go side that carries out what is done
// on it with discordsim's public API.
//
// A window of the page is a WebSocket at /client/socket and one person at a
// time; scripts in any language make the same calls with POST /client/call.
// docs/discordsim.md describes the calls. What the package knows by itself is
// who may come in, what everybody has read, and which forms are open.
//
// It imports nothing of ours but discordsim, and knows nothing of the bots
// that are played with.
package discordweb

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// Options say what the page is for. The zero value is a bare client on a
// loopback address.
type Options struct {
	Title   string // of the page; by default "Local Discord"
	Version string // of the program, shown on the page
	// Token must be shown to come in. Without one, only a Sim that listens on
	// a loopback address lets anybody in.
	Token   string
	Warning string // stands on top of the page, if any
	Tour    []Step
	// Restart restarts the bot; nil takes the switch away.
	Restart func(ctx context.Context) error
	// Reset puts the world back to its beginning, within the same Sim; nil
	// takes the button away. When it returns, every window starts anew.
	Reset func(ctx context.Context) error
	// Faults offers the switches for what goes wrong.
	Faults bool
	// Note is a word about a person ("developer"); nil for none. It is told with
	// them, and not again when it changes.
	Note   func(userID string) string
	Logger *slog.Logger // nil discards
}

// Step is one of a guided tour. The page points at the target, and goes on
// once what Done says was done.
type Step struct {
	Title  string `json:"title"`
	Text   string `json:"text"`
	As     string `json:"as"` // the person who does it, by name
	Target Mark   `json:"target"`
	Done   Mark   `json:"done"`
}

// Mark names something on the page. As a target its kind is composer, button,
// select, thread, person or modal; as what ends a step it is command, text,
// button, thread or person. Value is a name, label or part of a text.
type Mark struct {
	Kind  string `json:"kind"`
	Value string `json:"value"`
}

// Web serves the page and its calls. Sim.Mount puts it at the address of the
// Sim. It has nothing to close: its sockets end with the context of their
// requests.
type Web struct {
	sim    *discordsim.Sim
	opts   Options
	log    *slog.Logger
	door   *door
	files  map[string]*file
	calls  map[string]call
	limits limits
	busy   chan struct{} // holds a token per call over HTTP that runs

	marks  *marks
	forms  *forms
	faults *switches
	again  sync.Mutex // held while a reset or a restart runs

	restarting atomic.Bool // the bot, at the wish of a window

	mu      sync.Mutex
	sockets map[*socket]struct{}
}

// limits keep one page from taking all there is.
type limits struct {
	sockets int           // windows at a time
	calls   int           // of one window at a time
	http    int           // calls over HTTP at a time
	frame   int64         // bytes of a call
	queue   int           // things to tell a window that waits
	write   time.Duration // for one frame to a window
	alive   time.Duration // between two questions whether a window is there
}

// The frame holds a form of five texts of 4,000 characters, each of them
// escaped.
var standard = limits{
	sockets: 64, calls: 16, http: 64, frame: 256 << 10, queue: 4096, write: 10 * time.Second, alive: 30 * time.Second,
}

// New makes the page of a Sim.
func New(sim *discordsim.Sim, opts Options) *Web {
	if opts.Title == "" {
		opts.Title = "Local Discord"
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Note == nil {
		opts.Note = func(string) string { return "" }
	}
	if opts.Tour == nil {
		opts.Tour = []Step{}
	}
	return &Web{
		sim: sim, opts: opts, log: opts.Logger, door: newDoor(sim.Addr(), opts.Token), files: pageFiles(), calls: calls(),
		limits: standard, busy: make(chan struct{}, standard.http),
		marks: newMarks(), forms: newForms(), faults: newSwitches(sim), sockets: map[*socket]struct{}{},
	}
}

// The paths of the calls.
const (
	socketPath = "/client/socket"
	callPath   = "/client/call"
)

// ServeHTTP lets in who may, and answers.
func (w *Web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	secure(rw.Header())
	if !w.door.admit(rw, r) {
		return
	}
	switch r.URL.Path {
	case socketPath:
		w.serveSocket(rw, r)
	case callPath:
		w.serveCall(rw, r)
	default:
		w.serveFile(rw, r)
	}
}
