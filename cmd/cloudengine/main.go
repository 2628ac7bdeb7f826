// Cloud Engine provisions cloud infrastructure from a Discord server.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err == nil {
		return
	}
	var silent *exitError
	if !errors.As(err, &silent) {
		fmt.Fprintln(os.Stderr, "cloudengine:", publicText(err))
	}
	os.Exit(exitCode(err))
}

// publicText is what the operator reads: the whole error, since the operator is
// the one who can mend it. Secrets are never part of an error.
func publicText(err error) string {
	if e, ok := usererr.Of(err); ok && e.Unwrap() != nil {
		return fmt.Sprintf("%s\n  cause: %v", e.Public, e.Unwrap())
	}
	return err.Error()
}
