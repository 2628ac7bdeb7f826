package prices

import (
	"encoding/json"
	"errors"
	"io"
)

// eachItem walks a JSON object token by token and calls item for each element of the
// array named list; other fields that are in rest are decoded into it. An object
// without the array is not what was asked for. No element is larger than a piece may be,
// whatever the size of the whole.
func eachItem(r io.Reader, list string, rest map[string]any, item func(d *json.Decoder) error) error {
	pieces := &pieces{r: r}
	d := json.NewDecoder(pieces)
	if err := delim(d, '{'); err != nil {
		return err
	}
	found := false
	for d.More() {
		pieces.next()
		token, err := d.Token()
		if err != nil {
			return cut(err)
		}
		name, _ := token.(string)
		if name == list {
			found = true
			if err := delim(d, '['); err != nil {
				return err
			}
			for d.More() {
				if err := item(d); err != nil {
					return cut(err)
				}
				pieces.next()
			}
			if err := delim(d, ']'); err != nil {
				return err
			}
			continue
		}
		into, ok := rest[name]
		if !ok {
			into = new(json.RawMessage)
		}
		if err := d.Decode(into); err != nil {
			return cut(err)
		}
	}
	if err := delim(d, '}'); err != nil {
		return err
	}
	if !found {
		return changed("there is no %q", list)
	}
	return nil
}

func delim(d *json.Decoder, want json.Delim) error {
	token, err := d.Token()
	if err != nil {
		return cut(err)
	}
	if token != want {
		return changed("%v where %v should be", token, want)
	}
	return nil
}

// cut tells a list that broke off, which is asked for again, from one that is not as
// expected.
func cut(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	case errors.As(err, &kind):
		return changed("%s is a %s", kind.Field, kind.Value)
	case errors.As(err, &syntax):
		return changed("what came is not JSON (%s)", syntax)
	}
	return err
}
