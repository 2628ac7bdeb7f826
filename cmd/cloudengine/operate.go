package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/keep"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// operate reads the configuration of a command that works on the database by hand.
// It holds the key, so no other process of this user may read its memory.
func operate(getenv func(string) string) (config.Config, error) {
	if err := terraform.Undumpable(); err != nil {
		return config.Config{}, err
	}
	return config.Load(getenv, config.Operate)
}

// operator is who works here, for the audit: behind sudo, who called it.
func operator(getenv func(string) string) string {
	if name := getenv("SUDO_USER"); os.Geteuid() == 0 && name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return fmt.Sprintf("user %d", os.Geteuid())
}

// parse reads the flags of a command. Those that are empty without being given must
// be given.
func parse(flags *flag.FlagSet, args []string, usage string) error {
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	flags.VisitAll(func(f *flag.Flag) {
		if f.Value.String() == "" {
			err = fmt.Errorf("--%s is missing", f.Name)
		}
	})
	if err != nil || flags.NArg() > 0 {
		return &usageError{"usage: cloudengine " + usage}
	}
	return nil
}

// access is how the database is reached.
func access(c config.Config) store.Access {
	return store.Access{URL: c.DatabaseURL.Reveal(), Owner: c.OwnerDatabaseURL.Reveal()}
}

// kept is what a backup is made of.
func kept(c config.Config) (keep.Options, error) {
	sealer, err := store.NewSealer([]byte(c.Key.Reveal()))
	return keep.Options{Database: access(c), Sealer: sealer, Templates: c.Templates, Policies: c.Policies, Version: version}, err
}

func joined(names []string) string { return strings.Join(names, " and ") }
