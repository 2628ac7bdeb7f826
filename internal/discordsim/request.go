package discordsim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

// maxRequest is the size of a request with all its files, maxStranger that of
// somebody's without a token.
const (
	maxRequest  = 25 << 20
	maxStranger = 64 << 10
)

// request is a call of the REST API on its way through the server.
type request struct {
	*http.Request
	sim   *Sim
	route *route
	app   *Application // nil where no token is asked for
	in    *Interaction // whose token is in the path; nil elsewhere
	start time.Time    // when it came in
	body  []byte       // JSON: the body, or payload_json of a multipart one
	files []upload
}

// upload is a file that came with a request.
type upload struct {
	index             int // n of files[n]
	name, contentType string
	data              []byte
}

// value is a variable of the route's path.
func (q *request) value(name string) string { return q.PathValue(name) }

// read takes the body in, from JSON or multipart.
func (q *request) read() error {
	most := maxRequest
	if q.app == nil {
		most = maxStranger
	}
	const more = 1 << 20 // is read, so that who sends a little too much hears of it
	body, err := io.ReadAll(http.MaxBytesReader(nil, q.Body, int64(most+more)))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return errTooLarge
		}
		return fmt.Errorf("read body: %w", err)
	}
	if len(body) > most {
		return errTooLarge
	}
	kind, params, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		q.body = body
		return nil
	}
	return q.readParts(multipart.NewReader(bytes.NewReader(body), params["boundary"]))
}

var fileField = regexp.MustCompile(`^files?\[?(\d*)\]?$`)

func (q *request) readParts(parts *multipart.Reader) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errInvalidJSON
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return fmt.Errorf("read part: %w", err)
		}
		name := part.FormName()
		if name == "payload_json" {
			q.body = data
			continue
		}
		match := fileField.FindStringSubmatch(name)
		if match == nil || part.FileName() == "" {
			return invalid(name, "BASE_TYPE_UNKNOWN_FIELD", "Unknown part of a multipart body")
		}
		if len(data) > q.sim.opts.AttachmentLimit {
			return errTooLarge
		}
		index, _ := strconv.Atoi(match[1])
		q.files = append(q.files, upload{index, part.FileName(), part.Header.Get("Content-Type"), data})
	}
}

// decode reads the JSON body into v; a wrong type is a 50035 naming the
// field.
func (q *request) decode(v any) error {
	if len(q.body) == 0 {
		return nil
	}
	err := json.Unmarshal(q.body, v)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		field := wrong.Field
		if field == "" {
			field = "_"
		}
		return invalid(field, "BASE_TYPE_BAD_TYPE", "Must be %s, not %s.", wrong.Type, wrong.Value)
	case json.Valid(q.body):
		return invalid("_", "BASE_TYPE_BAD_VALUE", "%v", err)
	}
	return errInvalidJSON
}

// flag is a boolean of the query.
func (q *request) flag(name string) bool {
	v, _ := strconv.ParseBool(q.URL.Query().Get(name))
	return v
}

// number is an integer of the query within bounds, or its default.
func (q *request) number(name string, least, most, otherwise int) (int, error) {
	text := q.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, invalid(name, "NUMBER_TYPE_COERCE", "Value \"%s\" is not int.", text)
	}
	var f fieldErrors
	f.number(name, n, least, most)
	return n, f.err()
}

// optional is a field that knows whether it was there; null counts as there
// and empty.
type optional[T any] struct {
	Set   bool
	Value T
}

// UnmarshalJSON is called for null too.
func (o *optional[T]) UnmarshalJSON(data []byte) error {
	o.Set = true
	return json.Unmarshal(data, &o.Value)
}
