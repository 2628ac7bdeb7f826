package devpg

import (
	"os"
	"syscall"
)

// scratch is where the data of tests lies: in memory, where there is room for it. A
// database is hundreds of files, and each test makes one, which on a disk takes six
// times the work. A TMPDIR that is set is taken at its word.
func scratch() string {
	const (
		memory  = "/dev/shm"
		magic   = 0x01021994 // of tmpfs, see statfs(2)
		least   = 4 << 30    // bytes, several times what all tests at once take
		mayMake = 0o3        // W_OK | X_OK, see access(2)
	)
	var fs syscall.Statfs_t
	if os.Getenv("TMPDIR") != "" || syscall.Statfs(memory, &fs) != nil || syscall.Access(memory, mayMake) != nil {
		return os.TempDir()
	}
	if fs.Type != magic || fs.Blocks*uint64(fs.Bsize) < least {
		return os.TempDir()
	}
	return memory
}
