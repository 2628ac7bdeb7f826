// Package mask hides secrets in texts, before these are stored or shown.
//
// It must not know where secrets come from, nor what the texts are.
package mask

import (
	"slices"
	"strings"
)

// Masker hides secrets in texts: as they are, and as JSON, Go, URL, base64 and
// hex write them. In base64 and hex a secret is found also as a part of what
// was encoded (as a password is in an Authorization header), and where the
// encoded text was wrapped into lines. A secret of several lines is hidden line
// by line too, however they are indented. Of secrets that overlap each is hidden
// whole. Passwords in URLs ("scheme://user:password@host") are hidden always,
// known or not: the zero Masker does that and nothing else.
//
// What it does not hide: secrets shorter than MinLength bytes, and the words
// true, false and null, which would make texts unreadable and hide nothing;
// lines of more than MaxLength bytes; pieces of a secret, but for whole lines and
// what wrapped base64 and hex leave of it. At a wrap, up to three characters of
// base64 (seven of hex) may be left to see.
//
// It is safe for concurrent use, and takes time linear in the text.
type Masker struct {
	whole  *matcher
	pieces *pieces
	all    bool
}

// Hidden is what stands in the place of a secret.
const Hidden = "(sensitive)"

// MinLength is the length in bytes from which a secret is worth hiding in texts:
// shorter ones ("1", "no") would blot out what has nothing to do with them.
const MinLength = 4

// MaxLength is the length in bytes up to which a secret is hidden as a whole,
// and beyond it by its lines. Texts that are longer should not be shown.
const MaxLength = 64 << 10

// New returns the masker of these secrets.
func New(secrets []string) Masker {
	patterns, pieces := map[string]bool{}, newPieces()
	for _, secret := range secrets {
		if !worthHiding(secret) {
			continue
		}
		if len(secret) <= MaxLength {
			addForms(patterns, secret)
			pieces.add(secret, patterns)
		}
		if strings.ContainsAny(secret, "\r\n") {
			for line := range strings.FieldsFuncSeq(secret, func(r rune) bool { return r == '\r' || r == '\n' }) {
				if line = strings.TrimSpace(line); len(line) <= MaxLength {
					addForms(patterns, line)
				}
			}
		}
	}
	if len(patterns) == 0 {
		return Masker{}
	}
	return Masker{whole: newMatcher(patterns), pieces: pieces}
}

// All returns the masker for where it is not known what is secret: it hides every
// text whole.
func All() Masker { return Masker{all: true} }

// worthHiding reports whether to hide a text does more good than harm.
func worthHiding(s string) bool {
	return len(s) >= MinLength && s != "true" && s != "false" && s != "null" && !strings.Contains(Hidden, s)
}

// Mask hides the secrets in a text.
func (m Masker) Mask(s string) string { return hide(s, 0, m.find(s)) }

// Continue hides the secrets in a text that may have been cut from the one before,
// also in the middle of a secret: what is at the end of the one may begin a secret,
// and is hidden, and what is at the beginning of the other may end it. It returns
// what to give it with the next text; "" is good for the first. It may be another
// Masker's.
func (m Masker) Continue(before, s string) (masked, after string) {
	all := before + s
	found := m.find(all)
	if m.whole != nil {
		begun := m.whole.begun(all)
		after = all[len(all)-begun:]
		if begun >= MinLength {
			found = append(found, span{len(all) - begun, len(all)})
		}
	}
	return hide(all, len(before), found), after
}

// find returns where there is something to hide.
func (m Masker) find(s string) []span {
	if m.all && s != "" {
		return []span{{0, len(s)}}
	}
	found := passwords(s)
	if m.whole != nil {
		found = m.pieces.find(s, m.whole.find(s, found))
	}
	return found
}

// hide returns a text from a place on, without what was found in it.
func hide(s string, shown int, found []span) string {
	found = slices.DeleteFunc(found, func(f span) bool { return f.end <= shown })
	if len(found) == 0 {
		return s[shown:]
	}
	slices.SortFunc(found, func(a, b span) int { return a.start - b.start })
	var b strings.Builder
	for i, f := range found {
		if i == 0 || f.start > shown { // else it goes on with what is hidden already
			b.WriteString(s[min(shown, f.start):f.start])
			b.WriteString(Hidden)
		}
		shown = max(shown, f.end)
	}
	b.WriteString(s[shown:])
	return b.String()
}

// Address hides the secrets in a resource's address. They can stand in the keys
// of its instances only; the rest are names of the configuration, which are no
// secrets even where they are spelt like one.
func (m Masker) Address(address string) string {
	names, keys, found := strings.Cut(address, "[")
	if !found {
		return address
	}
	return names + m.Mask("["+keys)
}

// span is a part of a text, in bytes.
type span struct{ start, end int }
