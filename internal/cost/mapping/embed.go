// Package mapping holds, as data, what the resource types of Terraform's providers
// consist of and which list prices those parts have. README.md says how a file is
// written; package cost reads them.
package mapping

import "embed"

// Files are the mapping files.
//
//go:embed *.hcl
var Files embed.FS
