package terraform

// TakeLock lets a test stand in for a supervisor.
func (d Dir) TakeLock() (free func(), err error) {
	f, err := takeLock(d.File(lockFile))
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}

// BuiltinOnly and NeedsInit decide which commands are run.
func (d Dir) BuiltinOnly() bool { return d.builtinOnly() }

// NeedsInit reports whether an apply runs init first.
func (d Dir) NeedsInit() bool { return d.needsInit() }

// Prepare leaves a specification as the start of an apply does.
func (d Dir) Prepare(spec Spec) error { return d.prepare(spec) }

// LastPart cuts what Terraform wrote to standard error.
func LastPart(s string) string { return lastPart(s) }
