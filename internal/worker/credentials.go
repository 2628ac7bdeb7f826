package worker

import (
	"maps"

	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// environment is Terraform's in a run directory, with what was taken of a
// credentials profile, whose files it writes there.
func environment(dir terraform.Dir, taken credentials.Taken) (map[string]string, error) {
	if len(taken.Env)+len(taken.Files) == 0 {
		return terraform.Environment(dir, nil), nil
	}
	env, err := dir.WriteCredentials(taken.Files)
	if err != nil {
		return nil, err
	}
	maps.Copy(env, taken.Env)
	return terraform.Environment(dir, env), nil
}
