package doctor

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/user"
	"strconv"

	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// terraform looks for the program where the bot does, and installs nothing.
func (e *exam) terraform(ctx context.Context) {
	const subject = "terraform"
	binary, err := terraform.Find(ctx, terraform.FindOptions{
		Path: e.Config.TerraformPath, SearchPath: e.path + string(os.PathListSeparator) + e.installDir(),
	})
	if err == nil {
		e.ok(subject, "%s at %s", binary.Version, binary.Path)
		e.terraformUser(ctx, binary.Path)
		return
	}
	said, _ := usererr.Of(err)
	switch {
	case said == nil:
		e.fail(subject, "it cannot be looked for", "", err)
	case e.Config.TerraformPath != "":
		e.fail(subject, said.Public, "", said.Unwrap())
	default:
		e.download(ctx, said)
	}
	e.terraformUser(ctx, "")
}

// download looks whether the bot will get a Terraform where none is found.
func (e *exam) download(ctx context.Context, missing *usererr.Error) {
	const subject = "terraform"
	if err := e.head(ctx, e.releases+"/terraform/"+terraform.PinnedVersion+"/"); err != nil {
		e.fail(subject, missing.Public, fmt.Sprintf("The bot cannot download it either: %s does not answer.", e.releases), err)
		return
	}
	e.warn(subject, missing.Public, fmt.Sprintf("Or do nothing: the bot downloads %s from %s at its first start.", terraform.PinnedVersion, e.releases))
}

func (e *exam) head(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return err
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", resp.StatusCode)
	}
	return nil
}

// terraformUser checks who Terraform runs as where the bot is root, and that
// they can enter and run what they must.
func (e *exam) terraformUser(ctx context.Context, binary string) {
	const subject = "run user"
	if !e.root {
		return // everything runs as the bot
	}
	const another = "Name another user with CLOUDENGINE_TERRAFORM_USER, or run the bot as a user of its own."
	name := e.Config.TerraformUser
	account, err := user.Lookup(name)
	if err != nil {
		e.fail(subject, fmt.Sprintf("there is no user %q to run Terraform as", name), another, err)
		return
	}
	uid, errUID := strconv.ParseUint(account.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(account.Gid, 10, 32)
	switch {
	case errUID != nil || errGID != nil:
		e.fail(subject, fmt.Sprintf("user %s has ids %s and %s, which are no numbers", name, account.Uid, account.Gid), another, nil)
		return
	case uid == 0:
		e.warn(subject, "the bot is root, and so is Terraform: whatever a module starts can read what the bot holds", another)
		return
	}
	as := terraform.User{UID: uint32(uid), GID: uint32(gid)}
	failed := false
	for _, need := range []struct{ what, path string }{{"enter", e.runsDir()}, {"run", binary}, {"run", e.self}} {
		if need.path == "" || may(ctx, as, need.path) {
			continue
		}
		failed = true
		e.fail(subject, fmt.Sprintf("the bot is root, so Terraform runs as %s, who cannot %s %s", name, need.what, need.path),
			"Open that path for others (chmod o+x on it and on the folders above). "+another, nil)
	}
	if !failed {
		e.ok(subject, "the bot is root, so Terraform runs as %s, who can enter and run what is needed", name)
	}
}

// may tries, as a user, whether a path can be entered or run. What does not
// exist yet will be made so that it can: then the folder it is made in counts.
func may(ctx context.Context, as terraform.User, path string) bool {
	at, err := existing(path)
	if err != nil {
		at = path // a file
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return as.May(ctx, at)
}
