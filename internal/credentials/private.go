package credentials

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// mostBytes bounds a profile's file and what a command prints.
const mostBytes = 256 << 10

// readPrivate reads a file that nobody else can read or change: 0600 or 0400, of
// this process's user or of root. A link to one will do, as a mounted secret is.
func readPrivate(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a pipe must not keep anybody waiting
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a file")
	}
	if err := ours(info); err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode != 0o600 && mode != 0o400 {
		return nil, fmt.Errorf("its mode is %04o: others could read or change it. Make it 0600 (chmod 600)", mode)
	}
	raw, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err == nil && len(raw) > mostBytes {
		err = fmt.Errorf("it is larger than %d KiB", mostBytes>>10)
	}
	return raw, err
}

// checkFolder refuses a folder in which others could replace a file.
func (p Profiles) checkFolder() error {
	info, err := os.Stat(p.dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return errors.New("it is not a folder")
	}
	return guarded(info)
}

// guarded refuses what somebody else could change.
func guarded(info fs.FileInfo) error {
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		return fmt.Errorf("its mode is %04o: others could change it. Take that from them (chmod go-w)", mode)
	}
	return ours(info)
}

// ours refuses what belongs to somebody who is neither this process's user nor root.
func ours(info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("its owner cannot be told")
	}
	if me := os.Geteuid(); stat.Uid != 0 && int(stat.Uid) != me {
		return fmt.Errorf("it belongs to user %d: make it that of user %d, who runs the bot, or root's (chown)", stat.Uid, me)
	}
	return nil
}
