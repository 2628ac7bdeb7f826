package discordsim

import (
	"slices"
)

// maxViolations is how many violations are remembered, the newest ones.
// Whoever reaches the Sim can cause them, with a token or without.
const maxViolations = 200

// Violation is a request that Discord would refuse as malformed. Tokens in
// it are replaced by "•••".
type Violation struct {
	Method, Path string
	Body         string // as it was sent, without files; a long one is cut
	Message      string // what is wrong, field by field
}

// String is the violation on one line.
func (v Violation) String() string {
	return v.Method + " " + v.Path + ": " + v.Message + " in " + v.Body
}

func (s *Sim) violation(q *request, e *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	secrets := s.tokens()
	v := Violation{q.Method, cut([]byte(q.URL.Path)).shown(secrets), cut(q.body).shown(secrets), e.Error()}
	s.log.Warn("violation", "what", v.String())
	if len(s.violations) >= maxViolations {
		s.violations = slices.Delete(s.violations, 0, 1)
	}
	s.violations = append(s.violations, v)
	s.notify()
}

// Violations are the last 200 malformed requests. A test asserts that there
// are none.
func (s *Sim) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.violations)
}
