package session

// Amended returns the failed session with what came to be known of its failure
// since. It stays FAILED, and lives as long as before: nothing happened to it.
func (s Session) Amended(f Failure) (Session, error) {
	if s.State != Failed {
		return s, &TransitionError{Session: s.ID, State: s.State, Event: EventFail}
	}
	s.Failure = &f
	return s, nil
}
