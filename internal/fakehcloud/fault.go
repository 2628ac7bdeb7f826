package fakehcloud

import (
	"net/http"
	"strings"
)

// Fault is an error on demand.
type Fault struct {
	Method string // POST, GET, …; empty: any
	Path   string // beginning of the path below /v1, such as /servers
	Times  int    // how often; 0: until Mend
	Error  Error
}

// Error is an answer of the API that is none: https://docs.hetzner.cloud/reference/cloud#errors.
type Error struct {
	Status  int
	Code    string
	Message string
	Details any
}

// The errors that tests ask for most.
var (
	Unauthorized  = Error{http.StatusUnauthorized, "unauthorized", "the token you provided is invalid", nil}
	Forbidden     = Error{http.StatusForbidden, "forbidden", "insufficient permissions for this request", nil}
	Uniqueness    = Error{http.StatusConflict, "uniqueness_error", "name is already used", nil}
	RateLimited   = Error{http.StatusTooManyRequests, "rate_limit_exceeded", "limit of 3600 requests per hour reached", nil}
	LimitExceeded = Error{http.StatusForbidden, "resource_limit_exceeded", "server limit reached", nil}
	Unavailable   = Error{http.StatusUnprocessableEntity, "resource_unavailable", "unsupported location for server type", nil}
)

// Fail lets requests fail from now on.
func (c *Cloud) Fail(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &f)
}

// Mend takes all faults away.
func (c *Cloud) Mend() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// fault is the error that a request is to have.
func (c *Cloud) fault(r *http.Request) *Error {
	path := strings.TrimPrefix(r.URL.Path, "/v1")
	for i, f := range c.faults {
		if f.Method != "" && f.Method != r.Method || !strings.HasPrefix(path, f.Path) {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				c.faults = append(c.faults[:i], c.faults[i+1:]...)
			}
		}
		return &f.Error
	}
	return nil
}

func notFound() *Error {
	return &Error{http.StatusNotFound, "not_found", "resource not found", nil}
}

func invalid(field, message string) *Error {
	return &Error{http.StatusUnprocessableEntity, "invalid_input", "invalid input in field '" + field + "'",
		fields{"fields": []any{fields{"name": field, "messages": []any{message}}}}}
}

func unprocessable(code, message string) *Error {
	return &Error{http.StatusUnprocessableEntity, code, message, nil}
}
