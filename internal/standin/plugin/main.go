// The plugin is the program of a stand-in provider: Terraform starts it, and it
// serves the schema.json that lies beside it.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/cloud-engine/cloudengine/internal/standin"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return standin.Serve(filepath.Join(filepath.Dir(program), standin.SchemaFile), os.Getenv)
}
