package terraform_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// fake makes a directory with a terraform that answers as this text says.
func fake(t *testing.T, answer string) (dir string) {
	t.Helper()
	return filepath.Dir(mustScript(t, "cat <<'EOF'\n"+answer+"\nEOF"))
}

const offline = "http://127.0.0.1:1" // nothing listens there

func TestFind(t *testing.T) {
	t.Parallel()
	old := fake(t, `{"terraform_version":"1.8.5"}`)
	good := fake(t, `{"terraform_version":"1.9.0"}`)
	ancient := fake(t, "Terraform v0.12.31\n\nYour version is out of date")
	tofu := fake(t, `{"terraform_version":"1.10.2","platform":"linux_amd64","provider_selections":{}}`)
	broken := filepath.Dir(mustScript(t, "exit 1"))
	beta := fake(t, `{"terraform_version":"1.13.0-beta1"}`)
	for name, tc := range map[string]struct {
		options terraform.FindOptions
		version string
		says    []string
	}{
		"on PATH":            {terraform.FindOptions{SearchPath: good}, "1.9.0", nil},
		"behind an old one":  {terraform.FindOptions{SearchPath: old + ":" + ancient + ":" + broken + ":/nonexistent:" + good}, "1.9.0", nil},
		"beta":               {terraform.FindOptions{SearchPath: beta}, "1.13.0-beta1", nil},
		"explicit OpenTofu":  {terraform.FindOptions{Path: tofu + "/terraform", SearchPath: good}, "1.10.2", nil},
		"installed before":   {terraform.FindOptions{SearchPath: "/nonexistent", InstallDir: good}, "1.9.0", nil},
		"explicit, missing":  {terraform.FindOptions{Path: "/nonexistent/terraform", SearchPath: good}, "", []string{"no Terraform at /nonexistent/terraform"}},
		"explicit, too old":  {terraform.FindOptions{Path: old + "/terraform"}, "", []string{"1.8.5", "too old", "1.9.0 or newer"}},
		"explicit, ancient":  {terraform.FindOptions{Path: ancient + "/terraform"}, "", []string{"0.12.31", "too old"}},
		"explicit, broken":   {terraform.FindOptions{Path: broken + "/terraform"}, "", []string{"did not tell its version"}},
		"none, no install":   {terraform.FindOptions{SearchPath: "/nonexistent"}, "", []string{"None was found on PATH", "Install Terraform 1.9.0 or newer", "CLOUDENGINE_TERRAFORM"}},
		"only old, offline":  {terraform.FindOptions{SearchPath: old, InstallDir: t.TempDir(), ReleasesURL: offline}, "", []string{old + "/terraform is 1.8.5", "Downloading 1.11.4 failed", "Install Terraform"}},
		"unwritable install": {terraform.FindOptions{SearchPath: "/nonexistent", InstallDir: "/proc/nowhere", ReleasesURL: offline}, "", []string{"/proc/nowhere writable"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bin, err := terraform.Find(withDeadline(t), tc.options)
			if tc.says == nil {
				if err != nil || bin.Version != tc.version || !filepath.IsAbs(bin.Path) {
					t.Errorf("found %+v, %v", bin, err)
				}
				return
			}
			public, ok := usererr.Of(err)
			if !ok {
				t.Fatalf("error is %v", err)
			}
			for _, want := range tc.says {
				if !strings.Contains(public.Public, want) {
					t.Errorf("the text lacks %q: %s", want, public.Public)
				}
			}
		})
	}
}

func TestFindLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := terraform.Find(withDeadline(t), terraform.FindOptions{SearchPath: "/nonexistent", InstallDir: dir, ReleasesURL: offline}); err == nil {
		t.Fatal("found")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestFindStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := terraform.Find(ctx, terraform.FindOptions{SearchPath: fake(t, `{}`) + ":" + fake(t, `{}`)})
	if err == nil {
		t.Error("found")
	}
}
