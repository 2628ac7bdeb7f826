package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// TerraformUser is who Terraform runs as. A bot that is root runs it as somebody
// else: what a module starts must not read what the bot holds. nil: as the bot.
// That user must be able to enter the data directory, which must exist, and to
// run Terraform and this program: an error says what is in the way.
func TerraformUser(ctx context.Context, c config.Config, binary terraform.Binary, log *slog.Logger) (*terraform.User, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup(c.TerraformUser)
	if err != nil {
		return nil, usererr.New(usererr.Invalid,
			"There is no user %q to run Terraform as. Nothing was started. Name one with CLOUDENGINE_TERRAFORM_USER.", c.TerraformUser).Wrap(err)
	}
	uid, errUID := strconv.ParseUint(account.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(account.Gid, 10, 32)
	if errUID != nil || errGID != nil {
		return nil, fmt.Errorf("user %s has ids %s and %s, which are no numbers", account.Username, account.Uid, account.Gid)
	}
	if uid == 0 {
		log.WarnContext(ctx, "Terraform runs as root, as CLOUDENGINE_TERRAFORM_USER asks: whatever a module starts can read what the bot holds")
		return nil, nil
	}
	u := &terraform.User{UID: uint32(uid), GID: uint32(gid)}
	return u, canWork(ctx, u, account.Username, c.DataDir, binary)
}

// canWork tries, as the user, what Terraform and its supervisor will need.
func canWork(ctx context.Context, u *terraform.User, name, dataDir string, binary terraform.Binary) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	for _, need := range []struct{ what, path string }{{"enter", filepath.Join(dataDir, "runs")}, {"run", binary.Path}, {"run", self}} {
		if !u.May(ctx, need.path) {
			return usererr.New(usererr.Unavailable,
				"The bot is root, so Terraform runs as user %s, who cannot %s %s. Nothing was started. Open that path for others (chmod o+x on it and the folders above), run the bot as a user of its own, or name another user with CLOUDENGINE_TERRAFORM_USER (root takes this protection away).",
				name, need.what, need.path)
		}
	}
	return nil
}
