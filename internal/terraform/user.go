package terraform

import (
	"context"
	"os"
	"os/exec"
	"syscall"
)

// User is a user and group of the system.
type User struct{ UID, GID uint32 }

// May tries, as the user, whether a directory can be entered or a program be run.
// Only root can ask for others.
func (u User) May(ctx context.Context, path string) bool {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", `test -x "$0"`, path)
	cmd.Dir, cmd.Env = "/", []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: u.UID, Gid: u.GID}}
	return cmd.Run() == nil
}

// chown gives the directory and all that is in it to a user.
func (d Dir) chown(u User) error {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return err
	}
	defer root.Close()
	return chownIn(root, ".", u)
}

func chownIn(root *os.Root, name string, u User) error {
	if err := root.Lchown(name, int(u.UID), int(u.GID)); err != nil {
		return err
	}
	info, err := root.Lstat(name)
	if err != nil || !info.IsDir() {
		return err
	}
	dir, err := root.Open(name)
	if err != nil {
		return err
	}
	entries, err := dir.ReadDir(-1)
	dir.Close()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := chownIn(root, name+"/"+e.Name(), u); err != nil {
			return err
		}
	}
	return nil
}
