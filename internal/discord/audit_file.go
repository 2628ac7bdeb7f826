package discord

import (
	"bytes"
	"encoding/csv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// mostFile is the largest file that Discord takes everywhere.
const mostFile = 10 << 20

// auditFile is audit rows as a CSV file after RFC 4180, of bounded size.
type auditFile struct {
	most int
	rows int
	buf  bytes.Buffer
}

func newAuditFile(most int) *auditFile {
	f := &auditFile{most: most}
	f.buf.Write(csvRecord("time", "actor", "action", "project", "stack", "subject", "reason", "before", "after", "interaction"))
	return f
}

// add appends a row, or reports false when there is no room for it.
func (f *auditFile) add(r store.AuditRow) bool {
	record := csvRecord(r.At.UTC().Format(time.RFC3339), r.Actor, r.Action, r.Project, r.Stack, r.Subject, r.Reason, string(r.Before), string(r.After), r.InteractionID)
	if f.buf.Len()+len(record) > f.most {
		return false
	}
	f.buf.Write(record)
	f.rows++
	return true
}

func (f *auditFile) String() string { return f.buf.String() }

// formulaStarts begin what spreadsheets take for a formula, some of them after a
// space or in full width. See https://owasp.org/www-community/attacks/CSV_Injection.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// csvRecord is one line of a CSV file. What a spreadsheet would take for a formula
// gets a quotation mark before it: people have typed some of these values.
func csvRecord(values ...string) []byte {
	for i, v := range values {
		if first, _ := utf8.DecodeRuneInString(v); v != "" && strings.ContainsRune(formulaStarts, first) {
			values[i] = "'" + v
		}
	}
	var line bytes.Buffer
	w := csv.NewWriter(&line)
	w.UseCRLF = true
	_ = w.Write(values) // into memory, which does not fail
	w.Flush()
	return line.Bytes()
}
