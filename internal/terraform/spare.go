package terraform

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// spareFile holds the room that the last word about a run needs: how it ended must
// be written down on a full disk too, else nobody would learn that it did.
const spareFile = "spare"

// spareSize is more than any last word.
const spareSize = 16 << 10

// reserveEnd makes room for the last word.
func (d Dir) reserveEnd() error { return d.writeDurably(spareFile, make([]byte, spareSize)) }

// writeEnd writes the last word about a run, as writeDurably does, in the room that
// was kept for it.
func (d Dir) writeEnd(name string, content []byte) error {
	if err := d.writeDurably(name, content); !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return err
	}
	defer root.Close()
	// The directory may be another user's by now: a link in it is not followed.
	f, err := root.OpenFile(spareFile, os.O_WRONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return syscall.ENOSPC
	}
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Truncate(int64(len(content)))
	}
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = root.Rename(spareFile, name)
	}
	return err
}
