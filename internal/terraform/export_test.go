package terraform

// TakeLock lets a test stand in for a supervisor.
func (d Dir) TakeLock() (free func(), err error) {
	f, err := takeLock(d.File(lockFile))
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}
