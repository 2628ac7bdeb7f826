package browser

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// Size is the size of a window in CSS pixels. Touch makes it a phone's.
type Size struct {
	Width, Height int64
	Touch         bool
}

// The windows that people have.
var (
	Desktop = Size{Width: 1280, Height: 800}
	Phone   = Size{Width: 360, Height: 740, Touch: true}
)

// Window is a window of a person's own: nothing is shared with another one, as with
// two browsers.
type Window struct {
	t    testing.TB
	ctx  context.Context
	size Size

	mu      sync.Mutex
	console []string // errors and exceptions
	allowed []string
}

// Open opens an address in a new window.
func (b *Browser) Open(address string, size Size) *Window {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	w := &Window{t: b.t, ctx: ctx, size: size}
	messages := chromedp.Console(ctx)
	var listening sync.WaitGroup
	listening.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == chromedp.ConsoleError || m.IsException() {
				w.complain(m.String() + " (" + m.URL + ")")
			}
		}
	})
	b.t.Cleanup(func() {
		w.settle()
		if err := chromedp.Cancel(ctx); err != nil && !errors.Is(err, context.Canceled) {
			b.t.Log("close a window:", err)
		}
		cancel()
		listening.Wait()
		for _, line := range w.Console() {
			b.t.Errorf("the console says: %s", line)
		}
	})
	var view []chromedp.EmulateViewportOption
	if size.Touch {
		view = append(view, chromedp.EmulatePortrait, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	w.do("open "+address, chromedp.EmulateViewport(size.Width, size.Height, view...), chromedp.Navigate(address))
	return w
}

// Reload loads the page again.
func (w *Window) Reload() {
	w.t.Helper()
	w.do("reload", chromedp.Reload())
}

// Allow lets the console complain about something: what a test breaks on purpose.
func (w *Window) Allow(part string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.allowed = append(w.allowed, part)
}

// Console is what the console said in errors, but for what is allowed.
func (w *Window) Console() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, line := range w.console {
		if !w.allows(line) {
			out = append(out, line)
		}
	}
	return out
}

func (w *Window) allows(line string) bool {
	for _, part := range w.allowed {
		if strings.Contains(line, part) {
			return true
		}
	}
	return false
}

func (w *Window) complain(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.console = append(w.console, line)
}

// settle lets what the page has already said to its console arrive.
func (w *Window) settle() {
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	chromedp.Run(ctx, chromedp.Evaluate[bool](`true`)) //nolint:errcheck // it closes next
}

// do carries actions out.
func (w *Window) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		w.fail(what, err)
	}
}

// fail ends the test, with what the page showed.
func (w *Window) fail(what string, err error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	w.t.Fatalf("%s: %v\nthe console: %q\nthe page:\n%s", what, err, w.Console(), text)
}
