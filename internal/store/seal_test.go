package store

import (
	"bytes"
	"errors"
	"slices"
	"testing"
)

func mustSealer(t *testing.T, seed byte) *Sealer {
	t.Helper()
	s, err := NewSealer(bytes.Repeat([]byte{seed}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealAndOpen(t *testing.T) {
	t.Parallel()
	s := mustSealer(t, 1)
	for _, plaintext := range [][]byte{{}, []byte("x"), bytes.Repeat([]byte("state "), 100_000)} {
		sealed := s.Seal("state", "4kq2", plaintext)
		if len(plaintext) > 1 && bytes.Contains(sealed, plaintext[:6]) {
			t.Fatal("the plaintext shows")
		}
		got, err := s.Open("state", "4kq2", sealed)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("%d bytes came back as %d: %v", len(plaintext), len(got), err)
		}
	}
	if bytes.Equal(s.Seal("state", "4kq2", []byte("same")), s.Seal("state", "4kq2", []byte("same"))) {
		t.Fatal("two seals of the same text are equal: the nonce repeats")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	s := mustSealer(t, 1)
	sealed := s.Seal("state", "4kq2", []byte("the state"))
	flip := func(i int) []byte {
		b := slices.Clone(sealed)
		b[i] ^= 1
		return b
	}
	for name, test := range map[string]struct {
		sealer   *Sealer
		kind, id string
		sealed   []byte
	}{
		"another row":         {s, "state", "9zz9", sealed},
		"another kind":        {s, "plan", "4kq2", sealed},
		"another split":       {s, "state4", "kq2", sealed},
		"slash moved":         {s, "state/4", "kq2", sealed},
		"another key":         {mustSealer(t, 2), "state", "4kq2", sealed},
		"another version":     {s, "state", "4kq2", flip(0)},
		"another key's name":  {s, "state", "4kq2", flip(1)},
		"flipped in nonce":    {s, "state", "4kq2", flip(sealHead)},
		"flipped in text":     {s, "state", "4kq2", flip(sealHead + 15)},
		"flipped in tag":      {s, "state", "4kq2", flip(len(sealed) - 1)},
		"cut":                 {s, "state", "4kq2", sealed[:len(sealed)-1]},
		"longer":              {s, "state", "4kq2", append(slices.Clone(sealed), 0)},
		"nothing":             {s, "state", "4kq2", nil},
		"version only":        {s, "state", "4kq2", sealed[:1]},
		"key's name only":     {s, "state", "4kq2", sealed[:sealHead]},
		"shorter than a seal": {s, "state", "4kq2", sealed[:28]},
		"as the old version":  {s, "state", "4kq2", append([]byte{sealNameless}, sealed[sealHead:]...)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := test.sealer.Open(test.kind, test.id, test.sealed); !errors.Is(err, ErrSealed) || got != nil {
				t.Fatalf("opened as %q, error %v", got, err)
			}
		})
	}
}

func TestKeySize(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 24, 31, 33} {
		if _, err := NewSealer(make([]byte, n)); err == nil {
			t.Errorf("a key of %d bytes was taken", n)
		}
	}
}

// A value that was sealed before values named their key opens still, and for its
// row only.
func TestNamelessSeals(t *testing.T) {
	t.Parallel()
	s := mustSealer(t, 1)
	old := s.aead.Seal([]byte{sealNameless}, nil, []byte("the state"), binding(sealNameless, "state", "4kq2"))
	if got, err := s.Open("state", "4kq2", old); err != nil || string(got) != "the state" {
		t.Fatalf("opened as %q, error %v", got, err)
	}
	for _, id := range []string{"9zz9", ""} {
		if _, err := s.Open("state", id, old); !errors.Is(err, ErrSealed) {
			t.Errorf("it opens for row %q: %v", id, err)
		}
	}
	if _, err := mustSealer(t, 2).Open("state", "4kq2", old); !errors.Is(err, ErrSealed) {
		t.Errorf("another key opens it: %v", err)
	}
}

// A key's name is the same in every process, and says which key is missing.
func TestKeyID(t *testing.T) {
	t.Parallel()
	one, other := mustSealer(t, 1), mustSealer(t, 2)
	if one.KeyID() != mustSealer(t, 1).KeyID() || one.KeyID() == other.KeyID() || len(one.KeyID()) != 2*keyIDSize {
		t.Errorf("keys %s and %s", one.KeyID(), other.KeyID())
	}
	_, err := other.Open("state", "1", one.Seal("state", "1", []byte("x")))
	mustContain(t, err, one.KeyID(), other.KeyID())
}
