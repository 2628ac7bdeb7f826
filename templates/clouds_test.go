package templates_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/fakehcloud"
	"github.com/cloud-engine/cloudengine/internal/standin"
)

const (
	// mirrorVariable names a mirror with the clouds' own plugins, which are tested
	// with then.
	mirrorVariable = "CLOUDENGINE_PROVIDER_MIRROR"
	// applyVariable lets tests with those plan and apply in real clouds.
	applyVariable = "CLOUDENGINE_TEST_CLOUDS"
)

// cloud is where the stacks of a provider are made in a test.
type cloud struct {
	mirror string // of the plugins
	real   bool   // the plugins are the cloud's own, and reach it

	// start readies it for one stack: with what environment Terraform runs, and what
	// is left in it, in words.
	start func(t *testing.T) (env map[string]string, left func() string)
}

// mustCloud is the real one where the environment names a mirror, a small one for
// Hetzner, whose own plugin can be built from source, and else a stand-in.
func mustCloud(t *testing.T, p catalog.Provider) cloud {
	t.Helper()
	switch {
	case os.Getenv(mirrorVariable) != "":
		return mustRealCloud(t, p)
	case p.Name == "hetzner":
		return mustSmallCloud(t)
	}
	for _, plugin := range p.Plugins.All {
		if !standin.Has(standin.Schemas(), plugin.Source, plugin.Version) {
			t.Skipf("the schema of %s %s is missing: set %s to a folder that has it", plugin.Source, plugin.Version, standin.SchemasVariable)
		}
	}
	mirror, err := standIns()
	if err != nil {
		t.Fatal(err)
	}
	return cloud{mirror: mirror, start: func(t *testing.T) (map[string]string, func() string) {
		ledger := filepath.Join(t.TempDir(), "ledger")
		return map[string]string{standin.LedgerVariable: ledger}, func() string { return balance(ledger) }
	}}
}

// standIns is a mirror of stand-in plugins.
var standIns = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(temporary, "mirror")
	return dir, standin.Mirror(context.Background(), standin.Schemas(), dir)
})

// balance is what a stand-in's ledger says was created and not destroyed.
func balance(ledger string) string {
	raw, err := os.ReadFile(ledger)
	if err != nil {
		return err.Error()
	}
	things := map[string]int{}
	for line := range strings.Lines(string(raw)) {
		what, thing, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch what {
		case "created":
			things[thing]++
		case "destroyed":
			if things[thing]--; things[thing] == 0 {
				delete(things, thing)
			}
		}
	}
	if len(things) == 0 {
		return ""
	}
	return fmt.Sprint(things)
}

// mustSmallCloud is a small Hetzner Cloud, with the real plugin.
func mustSmallCloud(t *testing.T) cloud {
	t.Helper()
	if os.Getenv("CLOUDENGINE_TEST_LONG") == "" && !fakehcloud.Built() {
		t.Skip("the hcloud plugin is not built yet: CLOUDENGINE_TEST_LONG=1 builds it, from the Go module proxy")
	}
	mirror, err := fakehcloud.Mirror(t.Context())
	if errors.Is(err, fakehcloud.ErrUnreachable) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return cloud{mirror: mirror, start: func(t *testing.T) (map[string]string, func() string) {
		c, err := fakehcloud.Start(fakehcloud.Options{Token: strings.Repeat("t0ken", 13)[:64]})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		c.AddZone("example.com")
		before := fmt.Sprint(c.Count())
		return map[string]string{"HCLOUD_TOKEN": c.Token, "HCLOUD_ENDPOINT": c.URL()}, func() string {
			if after := fmt.Sprint(c.Count()); after != before {
				return after
			}
			return ""
		}
	}}
}

// mustRealCloud is the cloud itself, with the credentials of the environment.
func mustRealCloud(t *testing.T, p catalog.Provider) cloud {
	t.Helper()
	c := cloud{mirror: os.Getenv(mirrorVariable), real: true}
	for _, plugin := range p.Plugins.All {
		if found, err := filepath.Glob(filepath.Join(c.mirror, "*", plugin.Source, "*")); err != nil || len(found) == 0 {
			t.Skipf("%s has no %s", c.mirror, plugin.Source)
		}
	}
	env := map[string]string{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		for _, prefix := range []string{"AWS_", "ARM_", "AZURE_", "GOOGLE_", "CLOUDSDK_", "HCLOUD_"} {
			if strings.HasPrefix(name, prefix) {
				env[name] = value
			}
		}
	}
	c.start = func(*testing.T) (map[string]string, func() string) { return env, func() string { return "" } }
	return c
}
