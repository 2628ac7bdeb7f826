package rego

// Document is the input document as policies see it, as text.
func (in Input) Document() (string, error) {
	value, _, err := in.document()
	if err != nil {
		return "", err
	}
	return value.String(), nil
}
