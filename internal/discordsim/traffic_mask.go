package discordsim

import (
	"bytes"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
)

// masked stands where a token was.
const masked = "•••"

// maxShown is how much of a body or an answer is shown, in bytes.
const maxShown = 16 << 10

// maxToken is how long a token can be, in bytes: as much is kept beyond
// what is shown, so that one that is cut in two is still known for what it is.
const maxToken = 256

// cutText is the beginning of a text, and how long it was.
type cutText struct {
	kept []byte
	size int
}

// cut keeps what can be shown of a text that does not change.
func cut(text []byte) cutText {
	if len(text) <= maxShown+maxToken {
		return cutText{text, len(text)}
	}
	return cutText{bytes.Clone(text[:maxShown+maxToken]), len(text)}
}

// shown is the text without tokens.
func (c cutText) shown(secrets [][]byte) string {
	out := mask(c.kept, min(len(c.kept), maxShown), secrets)
	if c.size > maxShown {
		out = fmt.Sprintf("%s… (%d bytes in all)", strings.ToValidUTF8(out, ""), c.size)
	}
	return out
}

// secrets are the tokens of the applications. Those of interactions have a
// look of their own.
func (s *Sim) secrets() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens()
}

// tokens is secrets with s.mu held.
func (s *Sim) tokens() [][]byte {
	out := make([][]byte, 0, len(s.apps))
	for _, app := range s.apps {
		out = append(out, []byte(app.Token))
	}
	return out
}

var (
	// interactionTokens are what randomToken(48) makes.
	interactionTokens = regexp.MustCompile(`[0-9a-f]{96,}`)
	// tokenFields are those of interactions and of IDENTIFY, whatever is in
	// them, and cut off or not.
	tokenFields = regexp.MustCompile(`"token"\s*:\s*"((?:[^"\\]|\\.)*)`)
	// tokenPaths are the tokens in a path.
	tokenPaths = regexp.MustCompile(`/(?:webhooks|interactions)/\d+/([^/?#"\s\\]+)`)
)

// mask returns the first bytes of a text with its tokens replaced.
func mask(text []byte, first int, secrets [][]byte) string {
	spans := interactionTokens.FindAllIndex(text, -1)
	for _, m := range slices.Concat(tokenFields.FindAllSubmatchIndex(text, -1), tokenPaths.FindAllSubmatchIndex(text, -1)) {
		spans = append(spans, m[2:4])
	}
	for _, secret := range secrets {
		for at := 0; ; {
			i := bytes.Index(text[at:], secret)
			if i < 0 {
				break
			}
			spans = append(spans, []int{at + i, at + i + len(secret)})
			at += i + len(secret)
		}
	}
	slices.SortFunc(spans, func(a, b []int) int { return a[0] - b[0] })
	var out strings.Builder
	at := 0
	for _, span := range spans {
		if span[0] >= first {
			break
		}
		if span[0] >= at {
			out.Write(text[at:span[0]])
			out.WriteString(masked)
		}
		at = max(at, span[1])
	}
	if at < first {
		out.Write(text[at:first])
	}
	return out.String()
}

// loggedPath is the path of a request as a log may have it.
type loggedPath string

// LogValue is the path without tokens: who reads a log is not to answer for a bot.
func (p loggedPath) LogValue() slog.Value { return slog.StringValue(mask([]byte(p), len(p), nil)) }

// exchange puts a record into words.
func (r record) exchange(secrets [][]byte) Exchange {
	x := r.Exchange
	x.Title = cut([]byte(strings.TrimSpace(r.verb + " " + r.what))).shown(secrets)
	x.Body, x.Answer = r.body.shown(secrets), r.answer.shown(secrets)
	if x.Answer == "" {
		x.Answer = r.Answer
	}
	return x
}
