package credentials

import (
	"strings"
	"testing"
)

func TestFaultsOfAFile(t *testing.T) {
	t.Parallel()
	const who = `"guilds": ["1042069912345678901"], "projects": ["shop"], "providers": ["aws"]`
	for name, test := range map[string]struct{ content, want string }{
		"not JSON":             {"{\n" + who + ",\n\"env\": {\"A_KEY\": hunter2}}", "x.json:3: invalid JSON keyword"},
		"not closed":           {"{" + who + ",\n\"env\": {\"A_KEY\": \"hunter2\"}", "x.json:"},
		"empty":                {"", "x.json:1: missing value"},
		"a list":               {"[\"hunter2\"]", "x.json"},
		"an unknown key":       {"{" + who + ",\n\n\"environ\": {\"A_KEY\": \"hunter2\"}}", `x.json:3: there is no key "environ" in a profile`},
		"a key twice":          {"{" + who + ",\n\"env\": {\"A_KEY\": \"one\"},\n\"env\": {\"A_KEY\": \"hunter2\"}}", "x.json:3: duplicate argument"},
		"a variable twice":     {"{" + who + ",\n\"env\": {\"A_KEY\": \"one\",\n\"A_KEY\": \"hunter2\"}}", "x.json:3: duplicate object attribute"},
		"a number":             {"{" + who + ",\n\"env\": {\"A_KEY\": 12345}}", "x.json: it is not as expected"},
		"no guilds":            {`{"projects": ["shop"], "providers": ["aws"], "env": {"A_KEY": "hunter2"}}`, "missing required argument"},
		"no guild":             {"{\n\"guilds\": [], \"projects\": [\"shop\"], \"providers\": [\"aws\"], \"env\": {\"A_KEY\": \"hunter2\"}}", "x.json:2: guilds is empty"},
		"a guild's name":       {"{\n\"projects\": [\"shop\"], \"providers\": [\"aws\"],\n\"guilds\": [\"Acme\"], \"env\": {\"A_KEY\": \"hunter2\"}}", "x.json:3: guilds should list ids"},
		"a project's pattern":  {`{"guilds": ["1042069912345678901"], "projects": ["shop-*"], "providers": ["aws"], "env": {"A_KEY": "hunter2"}}`, "projects should list"},
		"every provider":       {`{"guilds": ["1042069912345678901"], "projects": ["shop"], "providers": ["*"], "env": {"A_KEY": "hunter2"}}`, "providers should list"},
		"nothing":              {"{" + who + "}", "x.json: it gives nothing"},
		"both":                 {"{" + who + ",\n\"env\": {\"A_KEY\": \"hunter2\"},\n\"command\": {\"argv\": [\"/bin/true\"]}}", "x.json:3: it has a command and values"},
		"in both":              {"{" + who + ",\n\"env\": {\"A_KEY\": \"hunter2\"},\n\"files\": {\"A_KEY\": \"hunter2\"}}", "x.json:2: A_KEY is in env and in files"},
		"an empty file":        {"{" + who + ",\n\"files\": {\"A_FILE\": \"\"}}", "x.json:2: the file for A_FILE is empty"},
		"a relative command":   {"{" + who + ",\n\"command\": {\"argv\": [\"aws\"]}}", "x.json:2: argv should begin"},
		"no command":           {"{" + who + ",\n\"command\": {\"argv\": []}}", "x.json:2: argv should begin"},
		"a shell line":         {"{" + who + ",\n\"command\": \"aws sts\"}", "x.json:2: "},
		"a command's key":      {"{" + who + ",\n\"command\": {\"argv\": [\"/bin/true\"],\n\"shell\": true}}", `x.json:3: there is no key "shell"`},
		"a timeout":            {"{" + who + ",\n\"command\": {\"argv\": [\"/bin/true\"], \"timeout\": \"1h\"}}", "x.json:2: timeout should be"},
		"a small name":         {"{" + who + ",\n\"env\": {\"a_key\": \"hunter2\"}}", "x.json:2: a variable's name should be"},
		"a zero byte":          {"{" + who + ",\n\"env\": {\"A_KEY\": \"hunter2\\u0000\"}}", "x.json:2: the value of A_KEY"},
		"Terraform's settings": {"{" + who + ",\n\"env\": {\"TF_CLI_CONFIG_FILE\": \"hunter2\"}}", "x.json:2: TF_CLI_CONFIG_FILE cannot be set by a profile: how Terraform runs"},
		"a variable of a file": {"{" + who + ",\n\"files\": {\"BASH_ENV\": \"hunter2\"}}", "x.json:2: BASH_ENV cannot be set by a profile: it changes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, dir := folder(t)
			writeRaw(t, dir, "x", test.content)
			names, faults := p.Check()
			if len(names) != 0 || len(faults) != 1 {
				t.Fatalf("%v, %v", names, faults)
			}
			if got := faults[0].Error(); !strings.Contains(got, test.want) || strings.Contains(got, "hunter2") || strings.Contains(got, "12345") {
				t.Errorf("%s; want %s", got, test.want)
			}
		})
	}
}

func TestNamesOfFiles(t *testing.T) {
	t.Parallel()
	p, dir := folder(t)
	d := document(map[string]any{"env": map[string]string{"A_KEY": "value"}})
	for _, bad := range []string{"Prod", "none", "all", "any", "a b", "-a"} {
		write(t, dir, bad, d)
	}
	write(t, dir, "prod-1", d)
	write(t, dir, ".hidden", d)
	names, faults := p.Check()
	if strings.Join(names, " ") != "prod-1" || len(faults) != 6 {
		t.Errorf("%v, %v", names, faults)
	}
}

func TestForbiddenVariables(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"PATH", "HOME", "LD_PRELOAD", "LD_AUDIT", "TF_LOG", "TF_VAR_x", "TF_VAR_X", "TF_DATA_DIR", "TF_PLUGIN_CACHE_DIR", "TF_CLI_ARGS", "CLOUDENGINE_KEY", "CLOUDENGINE_SUPERVISOR_ROLE",
		"DISCORD_TOKEN", "DATABASE_URL", "GIT_SSH_COMMAND", "BASH_ENV", "ENV", "IFS", "PYTHONPATH", "NODE_OPTIONS", "CHECKPOINT_DISABLE", "", "A B", "A=B", "1A", "_A", "é"} {
		if checkVariable(name, "value") == "" {
			t.Errorf("%q can be set", name)
		}
	}
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "ARM_CLIENT_SECRET", "GOOGLE_CREDENTIALS", "HCLOUD_TOKEN", "HTTPS_PROXY", "PGPASSWORD", "KUBECONFIG", "PATHS", "ENVIRONMENT"} {
		if problem := checkVariable(name, "value"); problem != "" {
			t.Error(problem)
		}
	}
}

func TestTextIsTakenAsItIs(t *testing.T) {
	t.Parallel()
	p, dir := folder(t)
	const odd = "e\u0301 ${x} %{if} \\ \" \n <&>" // an e and an accent of its own: HCL would make one of the two
	write(t, dir, "x", document(map[string]any{"env": map[string]string{"A_KEY": odd}}))
	taken, err := p.Take(t.Context(), here("x"))
	if err != nil || taken.Env["A_KEY"] != odd {
		t.Errorf("%q, %v", taken.Env["A_KEY"], err)
	}
}
