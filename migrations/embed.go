// Package migrations embeds the database's migrations: numbered SQL files that
// are applied in order, once each, and never edited after a release.
package migrations

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
)

// FS holds the migration files.
//
//go:embed *.sql
var FS embed.FS

// Digest names the schema by all that makes it: tests share a migrated database
// of that name.
func Digest() string {
	sum := sha256.New()
	files, _ := FS.ReadDir(".") // reading what is embedded cannot fail
	for _, f := range files {
		raw, _ := FS.ReadFile(f.Name())
		content := sha256.Sum256(raw)
		sum.Write([]byte(f.Name()))
		sum.Write(content[:])
	}
	return hex.EncodeToString(sum.Sum(nil))
}
