package terraform

import (
	"bytes"
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/mask"
)

// Limits of a line of output. A text that is longer than what can be masked as a
// whole is left out: cut, it could show a part of a secret that nothing recognises.
const (
	maxText = mask.MaxLength // bytes of one string of a JSON line, or of a line that is none
	maxLine = 1 << 20        // bytes of a JSON line after that
)

// outputLine takes a line up in pieces, in bounded memory: a JSON line without its
// long strings, so that it can be read all the same, any other line as it is or not
// at all. What is left out is said in its place, with its length.
type outputLine struct {
	kept []byte
	size int64 // bytes of the line so far

	scanned bool  // longer than maxText: kept is a JSON line that is being shortened
	dropped bool  // left out whole
	quoted  bool  // within a string
	escaped bool  // behind a backslash in it
	start   int   // in kept, of the string
	text    int64 // bytes of the string so far
}

// add takes up a piece of the line; it has no newline.
func (l *outputLine) add(piece []byte) {
	l.size += int64(len(piece))
	switch {
	case l.dropped:
		return
	case l.scanned:
		l.scan(piece)
		return
	}
	l.kept = append(l.kept, piece...)
	if len(l.kept) <= maxText {
		return
	}
	whole := l.kept
	l.kept = nil
	if first := bytes.TrimSpace(whole); len(first) == 0 || first[0] != '{' {
		l.dropped = true
		return
	}
	l.scanned = true
	l.scan(whole)
}

// scan follows JSON's quotes; it understands nothing else of it.
func (l *outputLine) scan(piece []byte) {
	for _, c := range piece {
		switch {
		case !l.quoted:
			l.kept = append(l.kept, c)
			l.quoted, l.start, l.text = c == '"', len(l.kept), 0
		case c == '"' && !l.escaped:
			l.quoted = false
			if l.text > maxText {
				l.kept = fmt.Appendf(l.kept[:l.start], "(a text of %d bytes is left out)", l.text)
			}
			l.kept = append(l.kept, c)
		default:
			l.escaped = c == '\\' && !l.escaped
			if l.text++; l.text <= maxText {
				l.kept = append(l.kept, c)
			}
		}
		if len(l.kept) > maxLine {
			l.kept, l.dropped = nil, true
			return
		}
	}
}

// bytes is the line; they are valid until reset.
func (l *outputLine) bytes() []byte {
	if l.dropped {
		return fmt.Appendf(nil, "(a line of %d bytes is left out)", l.size)
	}
	return bytes.TrimSuffix(l.kept, []byte("\r"))
}

// reset makes ready for the next line.
func (l *outputLine) reset() { *l = outputLine{kept: l.kept[:0]} }

// shortened is a line in these limits.
func shortened(raw []byte) []byte {
	var l outputLine
	l.add(raw)
	return l.bytes()
}
