// Package usererr is the one kind of error whose text people may read.
//
// An Error has a code, a public text (what happened, what it means for the
// infrastructure, what to do next) and a cause that only logs see. Every other
// error is shown as an internal error with a reference id, which the log
// carries too. The package knows nothing of Discord or of who reads the text.
package usererr

import (
	"crypto/rand"
	"errors"
	"fmt"
)

// Code says what kind of refusal an Error is; adapters choose colours and exit
// codes by it.
type Code string

// The codes.
const (
	Invalid     Code = "invalid"     // the input is wrong: correct it and try again
	Denied      Code = "denied"      // the person may not do this
	NotFound    Code = "not_found"   // there is no such thing, or it may not be seen
	Conflict    Code = "conflict"    // somebody else did something that excludes this
	Stale       Code = "stale"       // the picture that was acted on is older than the truth
	Unavailable Code = "unavailable" // something the engine needs is not there now
	Internal    Code = "internal"    // a fault of ours
)

// Error is an error that people may read.
type Error struct {
	Code   Code
	Public string
	cause  error
}

// New returns an error with a public text. Never format another error into it:
// use Wrap, which keeps the cause out of sight.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Public: fmt.Sprintf(format, args...)}
}

// Wrap returns a copy of e with a cause that logs show and people do not.
func (e *Error) Wrap(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Error is for logs: the public text and the cause.
func (e *Error) Error() string {
	if e.cause == nil {
		return e.Public
	}
	return e.Public + ": " + e.cause.Error()
}

// Unwrap returns the hidden cause.
func (e *Error) Unwrap() error { return e.cause }

// Of finds the Error in err's chain.
func Of(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Is reports whether err is an Error of the given code.
func Is(err error, code Code) bool {
	e, ok := Of(err)
	return ok && e.Code == code
}

// referenceAlphabet leaves out what is misread on a phone: 0/o, 1/l/i.
const referenceAlphabet = "23456789abcdefghjkmnpqrstuvwxyz"

// Reference returns a short id that ties what a person was told to a log line.
func Reference() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // crypto/rand.Read never fails
	for i := range b {
		b[i] = referenceAlphabet[int(b[i])%len(referenceAlphabet)]
	}
	return string(b)
}

// Text returns what people may read of err. For an error that is not an Error
// that is the internal text with ref, which the caller logs beside err.
func Text(err error, ref string) string {
	if e, ok := Of(err); ok && e.Code != Internal {
		return e.Public
	}
	return fmt.Sprintf("Something went wrong on our side; what you asked for was not done. Tell an admin the reference `%s`.", ref)
}
