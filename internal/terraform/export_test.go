package terraform

// TakeLock lets a test stand in for a supervisor.
func (d Dir) TakeLock() (free func(), err error) {
	f, err := takeLock(d.File(lockFile))
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}

// BuiltinOnly decides which commands are run.
func (d Dir) BuiltinOnly() bool { return d.builtinOnly() }

// Prepare leaves a specification as the start of an apply does.
func (d Dir) Prepare(spec Spec) error { return d.prepare(spec) }

// LastPart cuts what Terraform wrote to standard error.
func LastPart(s string) string { return lastPart(s) }
