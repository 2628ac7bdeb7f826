package store

import (
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"fmt"
)

// KeySize is the length in bytes of the key that encrypts at rest.
const KeySize = 32

// sealVersion is the first byte of everything sealed: AES-256-GCM with a random
// nonce, under the one key. A second key or method gets another number, so that
// what was sealed before stays readable.
const sealVersion = 1

// ErrSealed says that something sealed cannot be opened: another key, another
// row, or damaged. Which of these it is cannot be told.
var ErrSealed = errors.New("sealed with another key, for another row, or damaged")

// Sealer encrypts what must not be readable in the database: plan files and
// state. What is sealed for one row opens for that row only, so that nobody
// with access to the tables can pass one stack's state off as another's.
// Safe for concurrent use.
type Sealer struct{ aead cipher.AEAD }

// NewSealer takes a key of KeySize bytes.
func NewSealer(key []byte) (*Sealer, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("encryption key has %d bytes, want %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("encryption key: %w", err)
	}
	// The nonce is random: safe for 2^32 seals under one key (NIST SP 800-38D,
	// section 8.3), a state version a second for 136 years.
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("encryption key: %w", err)
	}
	return &Sealer{aead}, nil
}

// Seal encrypts plaintext for the row id of a kind ("state", "plan").
func (s *Sealer) Seal(kind, id string, plaintext []byte) []byte {
	sealed := make([]byte, 1, 1+len(plaintext)+s.aead.Overhead())
	sealed[0] = sealVersion
	return s.aead.Seal(sealed, nil, plaintext, binding(kind, id))
}

// Open decrypts what Seal made for the same kind and id. Anything else is
// ErrSealed.
func (s *Sealer) Open(kind, id string, sealed []byte) ([]byte, error) {
	if len(sealed) < 1+s.aead.Overhead() || sealed[0] != sealVersion {
		return nil, fmt.Errorf("open %s of %s: %w", kind, id, ErrSealed)
	}
	plaintext, err := s.aead.Open(nil, nil, sealed[1:], binding(kind, id))
	if err != nil {
		return nil, fmt.Errorf("open %s of %s: %w", kind, id, ErrSealed)
	}
	return plaintext, nil
}

// binding is the additional data: the version, and the two names with the
// length of the first, so that "ab"+"c" is not "a"+"bc".
func binding(kind, id string) []byte {
	return fmt.Appendf(nil, "%d/%d/%s/%s", sealVersion, len(kind), kind, id)
}
