package config

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[secret]"

// Secret is a text that cannot be printed, logged or marshalled by accident.
// Only Reveal gives it. Secrets are not to be compared with ==.
type Secret struct {
	// A pointer, because fmt calls no methods on unexported fields: printed as
	// part of such a struct, this shows an address.
	value *string
}

// NewSecret wraps value.
func NewSecret(value string) Secret { return Secret{&value} }

// Reveal returns the text itself.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// IsSet says whether there is any text.
func (s Secret) IsSet() bool { return s.Reveal() != "" }

func (s Secret) String() string               { return redacted }
func (s Secret) GoString() string             { return redacted }
func (s Secret) Format(f fmt.State, _ rune)   { _, _ = io.WriteString(f, redacted) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// LogValue keeps the text out of logs. The JSON handler does not ask for it in
// the fields of a struct, so MarshalJSON does the same.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }
