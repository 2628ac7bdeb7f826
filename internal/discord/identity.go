package discord

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// identityWithin is how long a cloud is asked who credentials are. Discord would wait
// for minutes; people should not.
const identityWithin = 20 * time.Second

// checkIdentity says whether the project's credentials work, and as whom: at once, as
// the first plan may be somebody else's.
func (c *call) checkIdentity(ctx context.Context, p project.Project) []string {
	if p.Credentials == "" || c.WhoIs == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, identityWithin)
	defer cancel()
	who, asked, err := c.WhoIs(ctx, p)
	refusal, refused := usererr.Of(err)
	switch {
	case err == nil && !asked:
		return nil
	case err == nil && who == "":
		return []string{"✅ The cloud takes the credentials."}
	case err == nil:
		return []string{"✅ The cloud takes the credentials: they are " + code(who, 200) + "."}
	case refused && refusal.Code == usererr.Denied:
		return []string{"⚠ The cloud does not take the credentials, so nothing can be planned yet:\n" + fence("", clip(refusal.Public, 1000))}
	case refused:
		return []string{"⚠ The credentials could not be checked: " + refusal.Public}
	case errors.Is(err, context.DeadlineExceeded):
		return []string{"⏳ The cloud did not say in time whether it takes the credentials: the first plan will tell."}
	}
	c.Logger.WarnContext(ctx, "credentials could not be checked", slog.String("project", p.Slug), slog.Any("error", err))
	return []string{"⏳ Whether the cloud takes the credentials could not be found out: the first plan will tell."}
}

// checking says that the cloud is being asked, below what is done already.
func (c *call) checking(ctx context.Context, p project.Project, lines []string) {
	if p.Credentials == "" || c.WhoIs == nil || c.answered != thinking {
		return
	}
	said := text(strings.Join(append(lines, "⏳ Asking the cloud whether it takes the credentials…"), "\n"))
	if err := c.amend(ctx, said); err != nil {
		c.Logger.InfoContext(ctx, "a person could not be told what is under way", slog.Any("error", withoutToken(err)))
	}
}
