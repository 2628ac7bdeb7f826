// Package keep puts everything that an engine cannot lose into one file, and makes
// an engine of it again: the database, and the operator's own folders of templates
// and policies. The key that opens the states in it is never part of it, only the
// key's name.
//
// The package must not know what the database holds, beyond what is sealed in it.
package keep

import (
	"fmt"
	"io"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// Options say what is kept, or restored to.
type Options struct {
	Database  store.Access // the owner's role is used where there is one
	Sealer    *store.Sealer
	Templates string // the operator's folders; empty: none
	Policies  string
	Version   string // of this program
}

// url is the role that may read, or make, everything.
func (o Options) url() string {
	if o.Database.Owner != "" {
		return o.Database.Owner
	}
	return o.Database.URL
}

// folders are the operator's, by their names in a backup.
func (o Options) folders() map[string]string {
	return map[string]string{"templates": o.Templates, "policies": o.Policies}
}

// format is the version of the file's layout.
const format = 1

// Names in the file.
const (
	manifestName = "manifest.json"
	databaseName = "database.dump"
)

// Manifest is what a backup says of itself, as its first entry.
type Manifest struct {
	Format   int       `json:"format"`
	MadeAt   time.Time `json:"made_at"`
	Engine   string    `json:"engine"`   // version of the program
	Schema   int       `json:"schema"`   // version of the database's schema
	Postgres int       `json:"postgres"` // major version of the server
	Dump     int       `json:"dump"`     // major version of pg_dump
	// Keys are the names of the keys that are needed to read it. The keys themselves
	// are not in the file.
	Keys  []string `json:"keys"`
	Files []File   `json:"files"`
}

// File is an entry of a backup.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`

	path string // where it comes from
	mode int64
}

// Size is how many bytes the files have.
func (m Manifest) Size() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

func closeAll(err error, closers ...io.Closer) error {
	for _, c := range closers {
		if e := c.Close(); err == nil && e != nil {
			err = fmt.Errorf("close: %w", e)
		}
	}
	return err
}
