package credentials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func TestTakeEnvironmentAndFiles(t *testing.T) {
	t.Parallel()
	p, dir := folder(t)
	write(t, dir, "prod", document(map[string]any{
		"env":   map[string]string{"AWS_SECRET_ACCESS_KEY": "s3cr3t-${value}", "AWS_REGION": "eu-central-1"},
		"files": map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": `{"type": "service_account", "private_key": "-----BEGIN\nabcdef\n"}`},
	}))
	taken, err := p.Take(t.Context(), here("prod"))
	if err != nil {
		t.Fatal(err)
	}
	want := Taken{
		Env:     map[string]string{"AWS_SECRET_ACCESS_KEY": "s3cr3t-${value}", "AWS_REGION": "eu-central-1"},
		Files:   map[string]string{"GOOGLE_APPLICATION_CREDENTIALS": `{"type": "service_account", "private_key": "-----BEGIN\nabcdef\n"}`},
		Secrets: []string{"s3cr3t-${value}", `{"type": "service_account", "private_key": "-----BEGIN\nabcdef\n"}`, "-----BEGIN\nabcdef\n"},
	}
	if diff := cmp.Diff(want, taken); diff != "" {
		t.Error(diff)
	}
	if taken, err := p.Take(t.Context(), Use{GuildID: acme}); err != nil || taken.Env != nil {
		t.Errorf("no profile: %v, %v", taken, err)
	}
}

func TestWhoMayUse(t *testing.T) {
	t.Parallel()
	p, dir := folder(t)
	value := map[string]string{"AWS_TOKEN": "value"}
	write(t, dir, "one", document(map[string]any{"env": value}))
	write(t, dir, "projects", document(map[string]any{"env": value, "projects": []string{"*"}}))
	write(t, dir, "guilds", document(map[string]any{"env": value, "guilds": []string{"*"}}))
	write(t, dir, "google", document(map[string]any{"env": value, "providers": []string{"gcp"}}))
	for name, test := range map[string]struct {
		use  Use
		want []string
	}{
		"listed":                  {Use{GuildID: acme, Project: "shop", Provider: "aws"}, []string{"guilds", "one", "projects"}},
		"another project":         {Use{GuildID: acme, Project: "lab", Provider: "aws"}, []string{"projects"}},
		"no project yet":          {Use{GuildID: acme, Provider: "aws"}, []string{"projects"}},
		"another guild":           {Use{GuildID: other, Project: "shop", Provider: "aws"}, []string{"guilds"}},
		"a guild not served":      {Use{GuildID: "1042069912345678903", Project: "shop", Provider: "aws"}, nil},
		"another provider":        {Use{GuildID: acme, Project: "shop", Provider: "gcp"}, []string{"google"}},
		"nothing":                 {Use{}, nil},
		"the star is not a guild": {Use{GuildID: "*", Project: "*", Provider: "aws"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, p.Names(test.use)); diff != "" {
				t.Error(diff)
			}
			for _, profile := range []string{"one", "projects", "guilds", "google", "missing", "../one"} {
				use := test.use
				use.Profile = profile
				_, err := p.Take(t.Context(), use)
				if want := strings.Contains(" "+strings.Join(test.want, " ")+" ", " "+profile+" "); p.Allows(use) != want || (err == nil) != want {
					t.Errorf("%s: allowed %t, taken %v, want %t", profile, p.Allows(use), err, want)
				}
			}
		})
	}
}

// Whether a profile is not there, is another's or is not readable makes no
// difference to what people read.
func TestRefusalsReadTheSame(t *testing.T) {
	t.Parallel()
	p, dir := folder(t)
	write(t, dir, "theirs", document(map[string]any{"guilds": []string{other}, "env": map[string]string{"A_KEY": "hunter2-text"}}))
	if err := os.Chmod(write(t, dir, "open", document(map[string]any{"env": map[string]string{"A_KEY": "hunter2-text"}})), 0o644); err != nil {
		t.Fatal(err)
	}
	writeRaw(t, dir, "broken", `{"env": {"A_KEY": "hunter2-text"`)
	for _, name := range []string{"theirs", "open", "broken", "missing"} {
		_, err := p.Take(t.Context(), here(name))
		refusal, ok := usererr.Of(err)
		if !ok {
			t.Fatalf("%s: %v", name, err)
		}
		want := "The credentials profile `" + name + "` cannot be used on host `h1`. Nothing was changed. Tell an admin of the bot: its log there says why, and so does `cloudengine doctor`."
		if refusal.Public != want || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestModesAndOwners(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(t *testing.T, dir, path string) error
		want   string // what is wrong; empty: nothing
	}{
		"0400":                {func(_ *testing.T, _, path string) error { return os.Chmod(path, 0o400) }, ""},
		"0640":                {func(_ *testing.T, _, path string) error { return os.Chmod(path, 0o640) }, "its mode is 0640"},
		"0604":                {func(_ *testing.T, _, path string) error { return os.Chmod(path, 0o604) }, "its mode is 0604"},
		"0700":                {func(_ *testing.T, _, path string) error { return os.Chmod(path, 0o700) }, "its mode is 0700"},
		"open folder":         {func(_ *testing.T, dir, _ string) error { return os.Chmod(dir, 0o777) }, "its mode is 0777"},
		"somebody else's":     {func(t *testing.T, _, path string) error { return chown(t, path) }, "it belongs to user 12345"},
		"somebody's folder":   {func(t *testing.T, dir, _ string) error { return chown(t, dir) }, "it belongs to user 12345"},
		"a link to such":      {func(_ *testing.T, dir, path string) error { return relink(path, filepath.Join(dir, "real"), 0o600) }, ""},
		"a link to others":    {func(_ *testing.T, dir, path string) error { return relink(path, filepath.Join(dir, "real"), 0o666) }, "its mode is 0666"},
		"a folder":            {func(_ *testing.T, _, path string) error { return refolder(path) }, "it is not a file"},
		"too large":           {func(_ *testing.T, _, path string) error { return os.Truncate(path, mostBytes+1) }, "larger than 256 KiB"},
		"a folder is missing": {func(_ *testing.T, dir, _ string) error { return os.RemoveAll(dir) }, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, dir := folder(t)
			path := write(t, dir, "prod", document(map[string]any{"env": map[string]string{"A_KEY": "value"}}))
			if err := test.change(t, dir, path); err != nil {
				t.Fatal(err)
			}
			names, faults := p.Check()
			_, err := p.Take(t.Context(), here("prod"))
			if test.want == "" {
				if len(names) != 1 || len(faults) != 0 || err != nil {
					t.Errorf("%v, %v, %v", names, faults, err)
				}
				return
			}
			if len(names) != 0 || len(faults) != 1 || !strings.Contains(faults[0].Error(), test.want) {
				t.Errorf("checked: %v, %v", names, faults)
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || p.Allows(here("prod")) {
				t.Errorf("taken: %v", err)
			}
		})
	}
}

func chown(t *testing.T, path string) error {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	return os.Chown(path, 12345, 12345)
}

func relink(path, to string, mode os.FileMode) error {
	if err := os.Rename(path, to); err != nil {
		return err
	}
	if err := os.Chmod(to, mode); err != nil {
		return err
	}
	return os.Symlink(to, path)
}

func refolder(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return os.Mkdir(path, 0o700)
}

func TestAFolderThatNobodyNamedMayBeMissing(t *testing.T) {
	t.Parallel()
	c := config.Defaults()
	c.DataDir = t.TempDir()
	p := Of(c, "h1")
	if names, faults := p.Check(); len(names)+len(faults) != 0 {
		t.Errorf("%v, %v", names, faults)
	}
	dir := filepath.Join(c.DataDir, "credentials")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "prod", document(map[string]any{"env": map[string]string{"A_KEY": "value"}}))
	if names, faults := p.Check(); len(names) != 1 || len(faults) != 0 {
		t.Errorf("%v, %v", names, faults)
	}
	var none Profiles
	if names, faults := none.Check(); len(names)+len(faults) != 0 || none.Allows(here("prod")) {
		t.Errorf("the zero value has %v, %v", names, faults)
	}
	if _, err := none.Take(t.Context(), here("prod")); err == nil {
		t.Error("the zero value gave something")
	}
}
