package mask_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/mask"
)

// No form of a secret is left of a line, wherever in it the secret stands and
// whatever other secrets are around it.
func FuzzMask(f *testing.F) {
	f.Add("hunter2", "user:", "@host", "another")
	f.Add(`p<ss&"wörd\/ +9`, "{", "}", "p<ss")
	f.Add("a:b@c,d/e;f", "postgres://u:", "@db/x", "postgres")
	f.Add("line one\nline two\n", "", "", "line")
	f.Add("\x7f\u00a0\u2028!'()*", "x", "y", "    ")
	f.Add("aaaa", "aaa", "aaaaa", "aaaaaaaa")
	f.Fuzz(func(t *testing.T, secret, before, after, other string) {
		if len(secret) < mask.MinLength || !utf8.ValidString(secret) || !worthHiding(secret) {
			return
		}
		masker := mask.New([]string{other, secret})
		for name, form := range formsOf(secret) {
			masked := masker.Mask(before + form + after)
			for _, rest := range strings.Split(masked, mask.Hidden) {
				if strings.Contains(rest, form) {
					t.Errorf("%s: %q is left of %q: %q", name, form, before+form+after, masked)
				}
			}
		}
		// Cut anywhere.
		whole := before + secret + after
		cut := len(before) + len(other)%len(secret)
		one, tail := masker.Continue("", whole[:cut])
		two, _ := masker.Continue(tail, whole[cut:])
		for rest := range strings.SplitSeq(one+two, mask.Hidden) {
			if strings.Contains(rest, secret) {
				t.Errorf("%q, cut at %d, shows %q and %q", whole, cut, one, two)
			}
		}
		// As the password of a URL, known to nobody.
		if got := (mask.Masker{}).Mask("db://me:" + secret + "@host"); !strings.ContainsAny(secret, " \t\r\n\"'`<>:/?#") && got != "db://me:(sensitive)@host" {
			t.Errorf("the URL is shown as %q", got)
		}
		// As a part of what is encoded, as a password is in an Authorization header.
		ahead, behind := len(before)%3, len(after)%3
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", ahead) + secret + strings.Repeat("\x00", behind)))
		first, end := (ahead+2)/3*4, (ahead+len(secret))/3*4 // of the secret alone
		if end-first < mask.MinLength || strings.Contains(secret, "\x00") {
			return // as few characters would match by chance
		}
		for _, rest := range strings.Split(masker.Mask("Basic "+encoded), mask.Hidden) {
			if strings.Contains(rest, encoded[first:end]) {
				t.Errorf("%q in base64 is left of %q: %q", secret, encoded, rest)
			}
		}
	})
}

func worthHiding(secret string) bool {
	return secret != "true" && secret != "false" && secret != "null" && !strings.Contains(mask.Hidden, secret)
}

// formsOf are the ways in which programs print a secret.
func formsOf(secret string) map[string]string {
	quoted := func(s string) string { return s[1 : len(s)-1] }
	inside := func(s string) string {
		raw, _ := json.Marshal(s)
		return quoted(string(raw))
	}
	return map[string]string{
		"as it is":     secret,
		"JSON":         inside(secret),
		"JSON in JSON": inside(inside(secret)),
		"%q":           quoted(strconv.Quote(secret)),
		"%+q":          quoted(strconv.QuoteToASCII(secret)),
		"query":        url.QueryEscape(secret),
		"query, lower": lowerEscapes(url.QueryEscape(secret)),
		"path":         url.PathEscape(secret),
		"user":         strings.TrimPrefix(url.UserPassword("", secret).String(), ":"),
		"base64":       base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 URL":   base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"HEX":          strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"hex":          hex.EncodeToString([]byte(secret)),
	}
}
