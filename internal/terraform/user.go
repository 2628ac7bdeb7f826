package terraform

import "os"

// User is a user and group of the system.
type User struct{ UID, GID uint32 }

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
