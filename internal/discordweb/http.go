package discordweb

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// statuses are the HTTP statuses of what a call came to.
var statuses = map[string]int{
	codeRefused: http.StatusBadRequest, codeUnknown: http.StatusNotFound, codeClosed: http.StatusConflict,
	codeFailed: http.StatusBadGateway, codeInternal: http.StatusInternalServerError,
}

// serveCall carries out one call of a script.
func (w *Web) serveCall(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		rw.Header().Set("Allow", "POST")
		writeProblem(rw, http.StatusMethodNotAllowed, refused("Send the call with POST, as a JSON object."))
		return
	}
	select {
	case w.busy <- struct{}{}:
		defer func() { <-w.busy }()
	default:
		writeProblem(rw, http.StatusServiceUnavailable, refused("Too many calls at once. Wait for what runs."))
		return
	}
	text, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, w.limits.frame))
	if err != nil {
		status := http.StatusBadRequest
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			status = http.StatusRequestEntityTooLarge
		}
		writeProblem(rw, status, refused("The call could not be read, or is longer than %d bytes.", w.limits.frame))
		return
	}
	var in struct {
		frame
		Guild string `json:"guild"`
	}
	if err := json.Unmarshal(text, &in); err != nil {
		writeProblem(rw, http.StatusBadRequest, refused("This is no call: it must be a JSON object with as and do."))
		return
	}
	ok, err := w.callAs(r, in.As, in.Do, text)
	if err != nil {
		p := w.explain(in.Do, err)
		writeProblem(rw, statuses[p.Code], p)
		return
	}
	writeJSON(rw, http.StatusOK, ok)
}

// callAs carries out a call as somebody, or as the first there is.
func (w *Web) callAs(r *http.Request, as, do string, args []byte) (any, error) {
	c := &caller{}
	if w.calls[do].personal {
		person, err := w.person(as)
		if err != nil {
			return nil, err
		}
		c.person = person
	}
	return w.do(r.Context(), c, do, args)
}

func writeProblem(rw http.ResponseWriter, status int, p *problem) { writeJSON(rw, status, p) }

func writeJSON(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	json.NewEncoder(rw).Encode(v) //nolint:errcheck // the client went away
}
