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
		"flipped in nonce":    {s, "state", "4kq2", flip(1)},
		"flipped in text":     {s, "state", "4kq2", flip(15)},
		"flipped in tag":      {s, "state", "4kq2", flip(len(sealed) - 1)},
		"cut":                 {s, "state", "4kq2", sealed[:len(sealed)-1]},
		"longer":              {s, "state", "4kq2", append(slices.Clone(sealed), 0)},
		"nothing":             {s, "state", "4kq2", nil},
		"version only":        {s, "state", "4kq2", sealed[:1]},
		"shorter than a seal": {s, "state", "4kq2", sealed[:20]},
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
