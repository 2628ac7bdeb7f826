package discordweb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// The codes of a call that came to nothing.
const (
	codeRefused  = "refused"  // Discord's client would not let it be sent
	codeFailed   = "failed"   // the application did not respond
	codeUnknown  = "unknown"  // there is no such thing
	codeClosed   = "closed"   // the local Discord is ending
	codeInternal = "internal" // a fault of ours
)

// problem is what a person reads of a call that came to nothing.
type problem struct {
	Text  string `json:"error"`
	Code  string `json:"code"`
	Field string `json:"field,omitempty"` // custom id of the field it is about
}

func (p *problem) Error() string { return p.Text }

func refused(format string, a ...any) *problem {
	return &problem{Text: fmt.Sprintf(format, a...), Code: codeRefused}
}

func unknown(format string, a ...any) *problem {
	return &problem{Text: fmt.Sprintf(format, a...), Code: codeUnknown}
}

// explain turns an error into what a person reads. What is none of theirs
// goes to the log, under a reference.
func (w *Web) explain(do string, err error) *problem {
	var p *problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, discordsim.ErrNoResponse):
		return &problem{Text: "The application did not respond.", Code: codeFailed}
	case errors.Is(err, discordsim.ErrUnknownCommand):
		return unknown("There is no such command here.")
	case errors.Is(err, discordsim.ErrNotAllowed):
		return refused("You may not do that here.")
	case errors.Is(err, discordsim.ErrClosed), errors.Is(err, context.Canceled):
		return &problem{Text: "The local Discord is ending.", Code: codeClosed}
	}
	ref := rand.Text()[:8]
	w.log.Error("call failed", slog.String("do", do), slog.String("reference", ref), slog.Any("err", err))
	return &problem{Text: fmt.Sprintf("Something went wrong inside the local Discord. Its log says more under %s.", ref), Code: codeInternal}
}

// byClient marks the refusals of discordsim that Discord's client makes by
// itself, such as a number out of range: a person may read them.
func byClient(err error) error {
	known := []error{
		discordsim.ErrNoResponse, discordsim.ErrUnknownCommand, discordsim.ErrNotAllowed, discordsim.ErrClosed,
		context.Canceled, context.DeadlineExceeded,
	}
	for _, k := range known {
		if errors.Is(err, k) {
			return err
		}
	}
	if err == nil {
		return nil
	}
	text := err.Error()
	// What a person sees at the command or the form need not name it.
	if inner := errors.Unwrap(err); inner != nil && (strings.HasPrefix(text, "/") || strings.HasPrefix(text, "form ")) {
		text = inner.Error()
	}
	return &problem{Text: sentence(text), Code: codeRefused}
}

// sentence writes the text of an error the way people do.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}
