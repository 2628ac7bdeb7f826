package mask

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
)

// pieceLength is how many characters of base64 or hex are taken for a piece of a
// secret: fewer would match by chance.
const pieceLength = 8

// pieces finds what is left of secrets in base64 and hex when they are parts of
// what was encoded, or the encoded text was cut into lines. Cores are looked for
// by every pieceLength characters of them; of those that a line's end cut shorter,
// the first or last few.
type pieces struct {
	inside map[uint64]struct{} // any pieceLength characters of a core
	likely [1 << 11]uint64     // a bit for each hash of what is inside: most texts are settled by it
	heads  map[uint64]struct{} // the first few characters of a core in base64
	tails  map[uint64]struct{} // the last few
}

func newPieces() *pieces {
	return &pieces{inside: map[uint64]struct{}{}, heads: map[uint64]struct{}{}, tails: map[uint64]struct{}{}}
}

// add adds a secret of at least MinLength bytes. Cores that are shorter than a
// piece are to be looked for whole: it adds them to the patterns.
func (p *pieces) add(secret string, patterns map[string]bool) {
	lower := hex.EncodeToString([]byte(secret))
	p.addCore(lower, false)
	p.addCore(strings.ToUpper(lower), false)
	inside := append(jsonForms(secret), secret) // what is encoded may be JSON
	slices.Sort(inside)
	for _, s := range slices.Compact(inside) {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			for shift := range 3 {
				core := base64Core(enc, s, shift)
				p.addCore(core, true)
				if len(core) < pieceLength {
					patterns[core] = true
				}
			}
		}
	}
}

// base64Core is what base64 makes of the secret behind shift other bytes: the
// characters that depend on the secret alone.
func base64Core(enc *base64.Encoding, secret string, shift int) string {
	encoded := enc.EncodeToString([]byte(strings.Repeat("\x00", shift) + secret))
	return encoded[(shift*8+5)/6 : (shift+len(secret))*8/6]
}

func (p *pieces) addCore(core string, ends bool) {
	for i := 0; i+pieceLength <= len(core); i++ {
		piece := pack(core[i : i+pieceLength])
		word, bit := place(piece)
		p.inside[piece] = struct{}{}
		p.likely[word] |= bit
	}
	if !ends {
		return
	}
	for n := MinLength; n < pieceLength && n <= len(core); n++ {
		p.heads[pack(core[:n])] = struct{}{}
		p.tails[pack(core[len(core)-n:])] = struct{}{}
	}
}

// pack puts up to eight characters into a number.
func pack(s string) uint64 {
	var n uint64
	for i := range len(s) {
		n = n<<8 | uint64(s[i])
	}
	return n
}

// place is the bit of a piece in pieces.likely.
func place(piece uint64) (word, bit uint64) {
	hash := piece * 0x9E3779B97F4A7C15 >> 47 // Knuth's multiplicative hash
	return hash >> 6, 1 << (hash & 63)
}

// encoded are the characters of base64 in both its alphabets, and with them of hex.
var encoded = func() (is [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_") {
		is[c] = true
	}
	return is
}()

// find appends where pieces stand in a text.
func (p *pieces) find(text string, found []span) []span {
	for start := 0; start < len(text); start++ {
		if !encoded[text[start]] {
			continue
		}
		end := start + 1
		for end < len(text) && encoded[text[end]] {
			end++
		}
		if end-start >= MinLength {
			found = p.run(text, span{start, end}, found)
		}
		start = end
	}
	return found
}

// run looks at a run of encoded characters.
func (p *pieces) run(text string, r span, found []span) []span {
	var window uint64
	own := len(found)
	for i := r.start; i < r.end; i++ {
		window = window<<8 | uint64(text[i])
		if i+1-r.start < pieceLength {
			continue
		}
		if word, bit := place(window); p.likely[word]&bit == 0 {
			continue
		}
		if _, ok := p.inside[window]; !ok {
			continue
		}
		if s := (span{i + 1 - pieceLength, i + 1}); len(found) > own && found[len(found)-1].end >= s.start {
			found[len(found)-1].end = s.end
		} else {
			found = append(found, s)
		}
	}
	for n := min(pieceLength-1, r.end-r.start); n >= MinLength; n-- {
		if _, ok := p.tails[pack(text[r.start:r.start+n])]; ok {
			found = append(found, span{r.start, r.start + n})
			break
		}
	}
	for n := min(pieceLength-1, r.end-r.start); n >= MinLength; n-- {
		if _, ok := p.heads[pack(text[r.end-n:r.end])]; ok {
			return append(found, span{r.end - n, r.end})
		}
	}
	return found
}
