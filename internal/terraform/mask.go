package terraform

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/plan"
)

// Masker hides secrets in whole lines of output: as they are, and as JSON, Go,
// URL, base64 and hex write them (base64 also where the secret is a part of what was
// encoded, as a password is in an Authorization header). A secret of several
// lines is hidden line by line too.
//
// Secrets shorter than plan.MinSecret bytes are not hidden, nor is a secret
// that is a word of Terraform's output format ("create", "type"): they would
// make the output unreadable and hide nothing.
type Masker struct{ replacer *strings.Replacer }

// formatWords are the words that a line of JSON output is made of.
var formatWords = []string{
	"true", "false", "null", "type", "info", "warn", "error", "hook", "resource", "addr", "module",
	"action", "create", "update", "delete", "replace", "read", "noop", "change", "changes", "outputs",
	"diagnostic", "severity", "summary", "detail", "address", "version", "terraform", "value",
	"sensitive", "string", "number", "bool", "list", "object", "operation", "apply", "plan", "destroy",
	"remove", "import", "@level", "@message", "@module", "@timestamp", "apply_start", "apply_complete",
	"apply_progress", "apply_errored", "planned_change", "change_summary",
}

// NewMasker returns the masker of these secrets; with none it changes nothing.
func NewMasker(secrets []string) Masker {
	forms := map[string]bool{}
	for _, secret := range secrets {
		addForms(forms, secret)
		if strings.ContainsAny(secret, "\r\n") {
			for part := range strings.Lines(secret) {
				addForms(forms, strings.TrimSpace(part))
			}
		}
	}
	sorted := make([]string, 0, len(forms))
	for f := range forms {
		sorted = append(sorted, f)
	}
	// The longest first: at one place the replacer takes the first that fits.
	slices.SortFunc(sorted, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	pairs := make([]string, 0, 2*len(sorted))
	for _, f := range sorted {
		pairs = append(pairs, f, plan.SensitiveText)
	}
	return Masker{strings.NewReplacer(pairs...)}
}

// Mask hides the secrets in a whole line.
func (m Masker) Mask(line []byte) []byte {
	if m.replacer == nil {
		return line
	}
	return []byte(m.replacer.Replace(string(line)))
}

// MaskString hides the secrets in a text.
func (m Masker) MaskString(s string) string {
	if m.replacer == nil {
		return s
	}
	return m.replacer.Replace(s)
}

func addForms(forms map[string]bool, secret string) {
	add := func(form string) {
		if len(form) >= plan.MinSecret && !slices.Contains(formatWords, form) {
			forms[form] = true
		}
	}
	if len(secret) < plan.MinSecret {
		return
	}
	add(secret)
	add(strings.TrimSpace(secret))
	quoted := jsonForms(secret)
	for _, q := range quoted {
		add(q)
		for _, twice := range jsonForms(q) { // JSON in JSON, as a provider's error may be
			add(twice)
		}
	}
	for _, goString := range []string{strconv.Quote(secret), strconv.QuoteToASCII(secret)} { // %q in a provider's error
		add(goString[1 : len(goString)-1])
	}
	add(url.QueryEscape(secret))
	add(url.PathEscape(secret))
	add(strings.TrimPrefix(url.UserPassword("", secret).String(), ":")) // in a connection's URL
	add(hex.EncodeToString([]byte(secret)))
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		add(enc.EncodeToString([]byte(secret)))
		add(enc.WithPadding(base64.NoPadding).EncodeToString([]byte(secret)))
		for shift := range 3 {
			add(base64Core(enc, secret, shift))
		}
	}
}

// jsonForms are the secret inside a JSON string, with and without Go's escaping
// of <, > and &.
func jsonForms(secret string) []string {
	escaped, err := json.Marshal(secret)
	if err != nil {
		return nil
	}
	with := string(escaped[1 : len(escaped)-1])
	without := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(with)
	return []string{with, without}
}

// base64Core is what base64 makes of the secret behind shift other bytes: the
// characters that depend on the secret alone. Short cores would match by chance.
func base64Core(enc *base64.Encoding, secret string, shift int) string {
	const shortest = 8
	encoded := enc.WithPadding(base64.NoPadding).EncodeToString([]byte(strings.Repeat("\x00", shift) + secret))
	start := (shift*8 + 5) / 6
	end := (shift + len(secret)) * 8 / 6
	if end-start < shortest {
		return ""
	}
	return encoded[start:end]
}
