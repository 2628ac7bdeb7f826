package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// KeySize is the length in bytes of the key that encrypts at rest.
const KeySize = 32

// The first byte of everything sealed says how: AES-256-GCM with a random nonce.
// Since the second version the id of the key follows it, so that each value knows
// by which key it opens. What was sealed before stays readable.
const (
	sealNameless = 1
	sealVersion  = 2
	keyIDSize    = 8
	sealHead     = 1 + keyIDSize
)

// ErrSealed says that something sealed cannot be opened: another key, another
// row, or damaged. Which of these it is cannot be told.
var ErrSealed = errors.New("sealed with another key, for another row, or damaged")

// Sealer encrypts what must not be readable in the database: plan files and
// state. What is sealed for one row opens for that row only, so that nobody
// with access to the tables can pass one stack's state off as another's.
// Safe for concurrent use.
type Sealer struct {
	aead cipher.AEAD
	id   [keyIDSize]byte
}

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
	s := &Sealer{aead: aead}
	// The key has 256 random bits: nothing of it follows from what a hash under it says.
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("cloud engine key id"))
	copy(s.id[:], mac.Sum(nil))
	return s, nil
}

// KeyID names the key without telling anything of it.
func (s *Sealer) KeyID() string { return hex.EncodeToString(s.id[:]) }

// head is what everything begins with that the sealer seals.
func (s *Sealer) head() []byte { return append([]byte{sealVersion}, s.id[:]...) }

// Seal encrypts plaintext for the row id of a kind ("state", "plan").
func (s *Sealer) Seal(kind, id string, plaintext []byte) []byte {
	sealed := make([]byte, 0, sealHead+len(plaintext)+s.aead.Overhead())
	return s.aead.Seal(append(sealed, s.head()...), nil, plaintext, binding(sealVersion, kind, id))
}

// Open decrypts what Seal made for the same kind and id. Anything else is
// ErrSealed.
func (s *Sealer) Open(kind, id string, sealed []byte) ([]byte, error) {
	version, key, body := parts(sealed)
	if key != "" && key != s.KeyID() {
		return nil, fmt.Errorf("open %s of %s: sealed with key %s, and this is key %s: %w", kind, id, key, s.KeyID(), ErrSealed)
	}
	if len(body) < s.aead.Overhead() {
		return nil, fmt.Errorf("open %s of %s: %w", kind, id, ErrSealed)
	}
	plaintext, err := s.aead.Open(nil, nil, body, binding(version, kind, id))
	if err != nil {
		return nil, fmt.Errorf("open %s of %s: %w", kind, id, ErrSealed)
	}
	return plaintext, nil
}

// parts takes a sealed value apart. The key is empty where the value does not name
// one, the body nil where it is none.
func parts(sealed []byte) (version byte, key string, body []byte) {
	switch {
	case len(sealed) > 0 && sealed[0] == sealNameless:
		return sealNameless, "", sealed[1:]
	case len(sealed) > sealHead && sealed[0] == sealVersion:
		return sealVersion, hex.EncodeToString(sealed[1:sealHead]), sealed[sealHead:]
	}
	return 0, "", nil
}

// sealedSize writes how many bytes the plaintext of a sealed column has.
func (s *Sealer) sealedSize(column string) string {
	return fmt.Sprintf("octet_length(%[1]s) - case get_byte(%[1]s, 0) when %[2]d then 1 else %[3]d end - %[4]d", column, sealNameless, sealHead, s.aead.Overhead())
}

// binding is the additional data: the version, and the two names with the
// length of the first, so that "ab"+"c" is not "a"+"bc".
func binding(version byte, kind, id string) []byte {
	return fmt.Appendf(nil, "%d/%d/%s/%s", version, len(kind), kind, id)
}
