package discordsim

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// apiError is an answer of Discord's that is not what was asked for.
type apiError struct {
	Status  int
	Code    int
	Message string
	Errors  object // nested, as Discord writes them
	fault   bool   // the bot's own mistake: recorded as a violation
}

func (e *apiError) Error() string {
	return fmt.Sprintf("HTTP %d, code %d: %s%s", e.Status, e.Code, e.Message, flatten("", e.Errors))
}

// body is the JSON of the error.
func (e *apiError) body() object {
	o := object{"message": e.Message, "code": e.Code}
	if e.Errors != nil {
		o["errors"] = e.Errors
	}
	return o
}

// The errors a bot meets in ordinary work.
var (
	errUnauthorized       = &apiError{Status: 401, Message: "401: Unauthorized"}
	errUnknownApplication = &apiError{Status: 404, Code: 10002, Message: "Unknown Application"}
	errUnknownChannel     = &apiError{Status: 404, Code: 10003, Message: "Unknown Channel"}
	errUnknownGuild       = &apiError{Status: 404, Code: 10004, Message: "Unknown Guild"}
	errUnknownMember      = &apiError{Status: 404, Code: 10007, Message: "Unknown Member"}
	errUnknownMessage     = &apiError{Status: 404, Code: 10008, Message: "Unknown Message"}
	errUnknownUser        = &apiError{Status: 404, Code: 10013, Message: "Unknown User"}
	errUnknownWebhook     = &apiError{Status: 404, Code: 10015, Message: "Unknown Webhook"}
	errUnknownInteraction = &apiError{Status: 404, Code: 10062, Message: "Unknown interaction"}
	errUnknownCommand     = &apiError{Status: 404, Code: 10063, Message: "Unknown application command"}
	errTooLarge           = &apiError{Status: 413, Code: 40005, Message: "Request entity too large", fault: true}
	errAcknowledged       = &apiError{Status: 400, Code: 40060, Message: "Interaction has already been acknowledged."}
	errMissingAccess      = &apiError{Status: 403, Code: 50001, Message: "Missing Access"}
	errCannotDM           = &apiError{Status: 403, Code: 50007, Message: "Cannot send messages to this user"}
	errInvalidRecipient   = &apiError{Status: 400, Code: 50033, Message: "Invalid Recipient(s)"}
	errNotAuthor          = &apiError{Status: 403, Code: 50005, Message: "Cannot edit a message authored by another user"}
	errEmptyMessage       = &apiError{Status: 400, Code: 50006, Message: "Cannot send an empty message", fault: true}
	errMissingPermissions = &apiError{Status: 403, Code: 50013, Message: "Missing Permissions"}
	errChannelType        = &apiError{Status: 400, Code: 50024, Message: "Cannot execute action on this channel type", fault: true}
	errWebhookToken       = &apiError{Status: 401, Code: 50027, Message: "Invalid Webhook Token"}
	errArchived           = &apiError{Status: 400, Code: 50083, Message: "Thread is archived"}
	errInvalidJSON        = &apiError{Status: 400, Code: 50109, Message: "The request body contains invalid JSON.", fault: true}
	errThreadExists       = &apiError{Status: 400, Code: 160004, Message: "A thread has already been created for this message"}
)

// fieldErrors collects what is wrong with a body, by path ("embeds.0.title").
type fieldErrors struct{ errors object }

// add records one fault.
func (f *fieldErrors) add(path, code, format string, args ...any) {
	if f.errors == nil {
		f.errors = object{}
	}
	at := f.errors
	for step := range strings.SplitSeq(path, ".") {
		next, ok := at[step].(object)
		if !ok {
			next = object{}
			at[step] = next
		}
		at = next
	}
	list, _ := at["_errors"].([]object)
	at["_errors"] = append(list, object{"code": code, "message": fmt.Sprintf(format, args...)})
}

// length checks the number of characters of a text.
func (f *fieldErrors) length(path, text string, least, most int) {
	switch n := utf8.RuneCountInString(text); {
	case n == 0 && least > 0:
		f.add(path, "BASE_TYPE_REQUIRED", "This field is required")
	case n > most:
		f.add(path, "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", most)
	case n < least:
		f.add(path, "BASE_TYPE_MIN_LENGTH", "Must be %d or more in length.", least)
	}
}

// size checks the number of elements of a list.
func (f *fieldErrors) size(path string, n, least, most int) {
	if n < least || n > most {
		f.add(path, "BASE_TYPE_BAD_LENGTH", "Must be between %d and %d in length.", least, most)
	}
}

// number checks a number's range.
func (f *fieldErrors) number(path string, n, least, most int) {
	switch {
	case n < least:
		f.add(path, "NUMBER_TYPE_MIN", "int32 value should be greater than or equal to %d.", least)
	case n > most:
		f.add(path, "NUMBER_TYPE_MAX", "int32 value should be less than or equal to %d.", most)
	}
}

// err is Discord's 50035, or nil if nothing is wrong.
func (f *fieldErrors) err() error {
	if f.errors == nil {
		return nil
	}
	return &apiError{Status: 400, Code: 50035, Message: "Invalid Form Body", Errors: f.errors, fault: true}
}

// invalid is a 50035 about one field.
func invalid(path, code, format string, args ...any) error {
	var f fieldErrors
	f.add(path, code, format, args...)
	return f.err()
}

// flatten writes nested errors as "; path: message", for people.
func flatten(path string, errors object) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(errors)) {
		switch v := errors[key].(type) {
		case []object:
			for _, e := range v {
				fmt.Fprintf(&b, "; %s: %v", path, e["message"])
			}
		case object:
			b.WriteString(flatten(join(path, key), v))
		}
	}
	return b.String()
}

// join appends a step to a path of fields.
func join(path string, steps ...any) string {
	for _, s := range steps {
		var text string
		switch s := s.(type) {
		case int:
			text = strconv.Itoa(s)
		case string:
			text = s
		}
		if path != "" {
			path += "."
		}
		path += text
	}
	return path
}
