package browser

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The keys that are not letters.
const (
	Enter     = kb.Enter
	Tab       = kb.Tab
	Escape    = kb.Escape
	Backspace = kb.Backspace
	Up        = kb.ArrowUp
	Down      = kb.ArrowDown
	Space     = " "
)

// Type writes on the keyboard, into whatever has the focus.
func (w *Window) Type(text string) {
	w.t.Helper()
	w.do("type "+text, strokes(text))
}

// Press presses keys, one after the other.
func (w *Window) Press(keys ...string) {
	w.t.Helper()
	for _, key := range keys {
		w.do(fmt.Sprintf("press %q", key), strokes(key))
	}
}

// strokes presses and lets go of the key of each character. The text goes with the
// press, as with a real keyboard: a page that takes the key for itself then gets no
// text. (chromedp's own sends the text in any case.)
func strokes(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, r := range text {
			press := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: string(r), Text: string(r), UnmodifiedText: string(r)}
			if key, ok := kb.Keys[r]; ok {
				press.Key, press.Code, press.WindowsVirtualKeyCode = key.Key, key.Code, key.Windows
				press.Text, press.UnmodifiedText = key.Text, key.Unmodified
				if key.Shift {
					press.Modifiers = int64(chromedp.ModifierShift)
				}
			}
			release := press
			release.Type, release.Text, release.UnmodifiedText = input.DispatchKeyEventTypeKeyUp, "", ""
			for _, event := range []input.DispatchKeyEventParams{press, release} {
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, event); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
