package mask

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// addForms adds the ways in which programs write a text, as far as they write
// it as a whole: pieces has the rest.
func addForms(forms map[string]bool, text string) {
	add := func(form string) {
		if worthHiding(form) {
			forms[form] = true
		}
	}
	if !worthHiding(text) {
		return
	}
	for _, s := range []string{text, strings.TrimSpace(text)} {
		add(s)
		for _, quoted := range jsonForms(s) {
			add(quoted)
			for _, twice := range jsonForms(quoted) { // JSON in JSON, as a provider's error may be
				add(twice)
			}
		}
		for _, goString := range []string{strconv.Quote(s), strconv.QuoteToASCII(s)} { // %q in a provider's error
			add(goString[1 : len(goString)-1])
		}
		for _, escaped := range urlForms(s) {
			add(escaped)
		}
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		add(enc.EncodeToString([]byte(text)))
		add(enc.WithPadding(base64.NoPadding).EncodeToString([]byte(text)))
	}
}

// jsonForms are a text inside a JSON string, with and without Go's escaping of
// <, > and &.
func jsonForms(text string) []string {
	escaped, err := json.Marshal(text)
	if err != nil {
		return nil
	}
	with := string(escaped[1 : len(escaped)-1])
	without := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(with)
	return []string{with, without}
}

var percent = regexp.MustCompile(`%[0-9A-F]{2}`)

// urlForms are a text in a URL: in its query, in its path (with slashes as they
// are, too), as its password, and as a form; with digits of either case.
func urlForms(text string) []string {
	forms := []string{
		url.QueryEscape(text),
		strings.ReplaceAll(url.QueryEscape(text), "+", "%20"),
		url.PathEscape(text),
		(&url.URL{Path: text}).EscapedPath(),
		strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(text), "+", "%20"), "%2F", "/"),
		strings.TrimPrefix(url.UserPassword("", text).String(), ":"),
	}
	for _, f := range forms {
		if lower := percent.ReplaceAllStringFunc(f, strings.ToLower); lower != f {
			forms = append(forms, lower)
		}
	}
	return forms
}
