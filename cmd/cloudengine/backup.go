package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/cloud-engine/cloudengine/internal/keep"
)

// backup writes everything but the key into a file.
func backup(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("backup", flag.ContinueOnError)
	to := flags.String("to", "", "file to write")
	if err := parse(flags, args, "backup --to FILE"); err != nil {
		return err
	}
	c, err := operate(getenv)
	if err != nil {
		return err
	}
	o, err := kept(c)
	if err != nil {
		return err
	}
	m, err := keep.Backup(ctx, o, *to)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s holds the database and %d files of yours, %d KiB in all.\nThe key is not in it: it can be read with the key %s alone. Keep a copy of that key elsewhere.\n",
		*to, len(m.Files)-1, m.Size()>>10, joined(m.Keys))
	return err
}

// restore makes an engine of a backup.
func restore(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	from := flags.String("from", "", "file to read")
	if err := parse(flags, args, "restore --from FILE"); err != nil {
		return err
	}
	c, err := operate(getenv)
	if err != nil {
		return err
	}
	o, err := kept(c)
	if err != nil {
		return err
	}
	done, err := keep.Restore(ctx, o, *from, newLogger(c, os.Stderr))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "The database is as it was at %s.\n", done.MadeAt.Format("2006-01-02 15:04:05 MST"))
	var names []string
	for name := range done.Left {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(out, "Your %s were not written: %s. `tar -xf %s %s` unpacks them.\n", name, done.Left[name], *from, name)
	}
	_, err = fmt.Fprintln(out, "Start the bot with an empty data directory. What was being applied then is shown as held by a lost host: /cloud-unlock frees it.")
	return err
}
