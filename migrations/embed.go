// Package migrations embeds the database's migrations: numbered SQL files that
// are applied in order, once each, and never edited after a release.
package migrations

import "embed"

// FS holds the migration files.
//
//go:embed *.sql
var FS embed.FS
