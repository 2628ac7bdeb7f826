package discordweb

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// ParseWorld reads the file of a world. What is wrong is said with its line, and
// a field that a world does not have is: it is most likely a slip.
func ParseWorld(text []byte) (World, error) {
	var w World
	d := json.NewDecoder(bytes.NewReader(text))
	at := func(offset int64) int { return 1 + bytes.Count(text[:min(int(offset), len(text))], []byte("\n")) }
	err := d.Decode(&w)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return World{}, fmt.Errorf("line %d: it ends in the middle", at(int64(len(text))))
	case errors.As(err, &syntax):
		return World{}, fmt.Errorf("line %d: %w", at(syntax.Offset), err)
	case errors.As(err, &kind):
		return World{}, fmt.Errorf("line %d: %s cannot be a %s", at(kind.Offset), kind.Field, kind.Value)
	case err != nil:
		return World{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return World{}, fmt.Errorf("line %d: there is more after its end", at(d.InputOffset()))
	}
	fields := json.NewDecoder(bytes.NewReader(text))
	if name := strange(fields, reflect.TypeFor[World]()); name != "" {
		return World{}, fmt.Errorf("line %d: there is no field %q here", at(fields.InputOffset()), name)
	}
	return w, nil
}

// strange reads one value that decodes into a type, up to the first field that
// the type does not have: its name, or "".
func strange(d *json.Decoder, t reflect.Type) string {
	token, err := d.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return ""
	}
	for d.More() {
		var next reflect.Type
		if t.Kind() == reflect.Slice {
			next = t.Elem()
		} else {
			key, _ := d.Token()
			name, _ := key.(string)
			if next = fieldOf(t, name); next == nil {
				return name
			}
		}
		if name := strange(d, next); name != "" {
			return name
		}
	}
	d.Token() //nolint:errcheck // the end of what was read before
	return ""
}

// fieldOf is the type of a field by its name in JSON, nil if there is none.
func fieldOf(t reflect.Type, name string) reflect.Type {
	for _, f := range reflect.VisibleFields(t) {
		if strings.EqualFold(f.Tag.Get("json"), name) {
			return f.Type
		}
	}
	return nil
}
