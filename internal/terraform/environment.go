package terraform

import (
	"maps"
	"os"
	"path/filepath"

	"github.com/hashicorp/terraform-exec/tfexec"
)

// maxSocketDir keeps the sockets that providers open in TMPDIR within the 108
// bytes that a unix socket's path may have.
const maxSocketDir = 70

// Environment is the whole environment of a run's Terraform: an allow-list, so
// that nothing of the bot's own environment (its token, the database's URL)
// reaches a provider or a provisioner. terraform-exec adds TF_IN_AUTOMATION=1.
//
// credentials are the variables of the project's credentials profile, which is to
// leave alone what decides how programs run. Variables that terraform-exec keeps
// for itself (TF_VAR_*, TF_CLI_ARGS*, TF_LOG*, ...) are left out here too.
func Environment(d Dir, credentials map[string]string) map[string]string {
	env := map[string]string{
		"PATH":               pathVariable(),
		"HOME":               d.path,
		"LANG":               "C.UTF-8",
		"CHECKPOINT_DISABLE": "1",
	}
	if tmp := filepath.Join(d.path, tmpDir); len(tmp) <= maxSocketDir {
		env["TMPDIR"] = tmp
	}
	maps.Copy(env, credentials)
	delete(env, markVariable)
	return tfexec.CleanEnv(env)
}

func pathVariable() string {
	if path := os.Getenv("PATH"); path != "" {
		return path
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}

// marked returns a copy of env that carries the run's mark.
func marked(env map[string]string, mark string) map[string]string {
	out := maps.Clone(env)
	if out == nil {
		out = map[string]string{} // nil would mean "inherit everything"
	}
	out[markVariable] = mark
	return out
}
