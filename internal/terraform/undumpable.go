package terraform

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Undumpable keeps other processes of this user (a provider, a provisioner)
// from reading this process's memory and /proc/<pid>/environ, where secrets
// are. Root may read them still. The bot calls it first of all.
func Undumpable() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("make process undumpable: %w", err)
	}
	return nil
}
