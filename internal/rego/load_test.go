package rego_test

import (
	"testing"

	"github.com/cloud-engine/cloudengine/internal/rego"
)

func TestProbe(t *testing.T) {
	p, err := rego.Load(t.Context(), "", true)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(p.Names(), p.Hash())
}

func TestT(t *testing.T) {
	p, err := rego.Load(t.Context(), "", true)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := p.Test(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs {
		t.Logf("%+v", r)
	}
}
