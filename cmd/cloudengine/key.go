package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/store"
)

const keyUsage = "key id | key rotate --new-key-file FILE"

// key names the key in use, or seals everything anew with another.
func key(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	if len(args) == 0 || args[0] != "rotate" && args[0] != "id" {
		return &usageError{"usage: cloudengine " + keyUsage}
	}
	flags := flag.NewFlagSet("key", flag.ContinueOnError)
	var file *string
	if args[0] == "rotate" {
		file = flags.String("new-key-file", "", "file with the new key")
	}
	if err := parse(flags, args[1:], keyUsage); err != nil {
		return err
	}
	c, err := operate(getenv)
	if err != nil {
		return err
	}
	old, err := store.NewSealer([]byte(c.Key.Reveal()))
	if err != nil {
		return err
	}
	if file == nil {
		_, err = fmt.Fprintf(out, "CLOUDENGINE_KEY is the key %s.\n", old.KeyID())
		return err
	}
	return rotate(ctx, c, old, *file, operator(getenv), out)
}

func rotate(ctx context.Context, c config.Config, old *store.Sealer, file, operator string, out io.Writer) error {
	text, err := config.ReadKey(file)
	if err != nil {
		return err
	}
	next, err := store.NewSealer([]byte(text.Reveal()))
	if err != nil {
		return err
	}
	if next.KeyID() == old.KeyID() {
		return &usageError{"the new key is the one in CLOUDENGINE_KEY, which stays the old one until the rotation has ended; nothing was changed"}
	}
	done, err := store.Rotate(ctx, access(c).URL, old, next, store.OperatorPrefix+operator, func(n, of int) {
		fmt.Fprintf(out, "%d of %d values\n", n, of)
	})
	if err != nil {
		fmt.Fprintf(out, "%d values have the new key. Run this again to go on: what is done stays done.\n", done.Before+done.Values)
		return err
	}
	_, err = fmt.Fprintf(out, "All %d values have the key %s now. Set CLOUDENGINE_KEY to it before the bot starts. Backups made before need the key %s: keep it with them.\n",
		done.Before+done.Values, next.KeyID(), old.KeyID())
	return err
}
