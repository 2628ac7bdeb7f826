package browser

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

//go:embed find.js
var findJS string

// look is how often a condition is looked at: a page may change without a signal.
const look = 25 * time.Millisecond

// Click presses an element with the mouse, in its middle, once it is there, stays
// where it is, and nothing lies above it. Of several that fit, the last: the newest.
// A press that missed, as the page moved under the hand, is made again.
//
// css selects; text, if any, is part of what the element says or of its name.
func (w *Window) Click(css, text string) {
	w.t.Helper()
	for {
		at := poll[struct{ X, Y float64 }](w, fmt.Sprintf("click %s %q", css, text), `(css, text) => hittable(css, text)`, css, text)
		if w.size.Touch {
			w.do("tap "+css, tap(at.X, at.Y))
		} else {
			w.do("click "+css, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y), chromedp.MouseClickXY(at.X, at.Y))
		}
		if Ask[bool](w, `() => window.aim?.hit ?? true`) { // a page that loads anew aims at nothing
			return
		}
	}
}

// tap is a touch of a finger.
func tap(x, y float64) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		start := input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: x, Y: y}}}
		if _, err := cdp.Call(ctx, t, input.DispatchTouchEvent, start); err != nil {
			return err
		}
		end := input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}}
		_, err := cdp.Call(ctx, t, input.DispatchTouchEvent, end)
		return err
	})
}

// TabTo presses Tab until something has the focus that fits, as somebody without a
// mouse does. It fails once the focus has gone round.
func (w *Window) TabTo(css, text string) {
	w.t.Helper()
	const most = 400
	for range most {
		if Ask[bool](w, `(css, text) => focused(css, text)`, css, text) {
			return
		}
		w.Press(Tab)
	}
	w.fail(fmt.Sprintf("reach %s %q with Tab", css, text), fmt.Errorf("%d presses were not enough", most))
}

// Await waits until an element is there that fits, and visible.
func (w *Window) Await(css, text string) {
	w.t.Helper()
	poll[bool](w, fmt.Sprintf("wait for %s %q", css, text), `(css, text) => seen(css, text)`, css, text)
}

// AwaitGone waits until no visible element fits.
func (w *Window) AwaitGone(css, text string) {
	w.t.Helper()
	poll[bool](w, fmt.Sprintf("wait until %s %q is gone", css, text), `(css, text) => !seen(css, text)`, css, text)
}

// AwaitFocus waits until something has the focus that fits.
func (w *Window) AwaitFocus(css, text string) {
	w.t.Helper()
	poll[bool](w, fmt.Sprintf("wait for the focus on %s %q", css, text), `(css, text) => focused(css, text)`, css, text)
}

// AwaitTrue waits until a function of JavaScript says something true.
func (w *Window) AwaitTrue(what, function string, args ...any) {
	w.t.Helper()
	poll[bool](w, what, function, args...)
}

// Sees reports whether a visible element fits now.
func (w *Window) Sees(css, text string) bool {
	w.t.Helper()
	return Ask[bool](w, `(css, text) => seen(css, text)`, css, text)
}

// Text is what the newest element that fits says.
func (w *Window) Text(css string) string {
	w.t.Helper()
	return Ask[string](w, `(css) => all(css, '').at(-1)?.innerText ?? ''`, css)
}

// Ask asks the page: function gets the arguments.
func Ask[T any](w *Window, function string, args ...any) T {
	w.t.Helper()
	return poll[struct{ Value T }](w, function, `(...args) => ({Value: (`+function+`)(...args)})`, args...).Value
}

// poll calls a function in the page until it says something that is true.
func poll[T any](w *Window, what, function string, args ...any) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.PollFunction[T](
		`(...args) => { `+findJS+`; return (`+function+`)(...args); }`,
		chromedp.WithPollingArgs(args...), chromedp.WithPollingInterval(look), chromedp.WithPollingTimeout(patience),
	))
	if err != nil && ctx.Err() == nil && loadsAnew(err) {
		return poll[T](w, what, function, args...) // the next page is asked
	}
	if err != nil {
		w.fail(what, err)
	}
	return got
}

// loadsAnew reports whether a page could not answer since it went.
func loadsAnew(err error) bool {
	return strings.Contains(err.Error(), "navigated or closed") || strings.Contains(err.Error(), "Cannot find context")
}
