package rego_test

import (
	"testing"

	"golang.org/x/sys/unix"
)

func mustPipe(t testing.TB, path string) {
	t.Helper()
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}
