package credentials

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	acme  = "1042069912345678901"
	other = "1042069912345678902"
)

// here is a use that the profiles of these tests allow.
func here(name string) Use {
	return Use{Profile: name, GuildID: acme, Project: "shop", Provider: "aws"}
}

// folder is a folder of profiles; the bot serves acme and other.
func folder(t *testing.T) (Profiles, string) {
	t.Helper()
	dir := t.TempDir()
	c := config.Defaults()
	c.Credentials, c.Guilds = dir, []string{acme, other}
	return Of(c, "h1"), dir
}

// document is a profile that acme's shop may use, with more in it.
func document(more map[string]any) map[string]any {
	d := map[string]any{"guilds": []string{acme}, "projects": []string{"shop"}, "providers": []string{"aws"}}
	for k, v := range more {
		d[k] = v
	}
	return d
}

func write(t *testing.T, dir, name string, d map[string]any) string {
	t.Helper()
	raw, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return writeRaw(t, dir, name, string(raw))
}

func writeRaw(t *testing.T, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name+extension)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
