package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// WhoIs asks the provider, through its plugin, who the credentials are; empty where it
// does not say, but takes them. asked is false where the provider cannot be asked. That
// the credentials are not taken is a usererr, with what the cloud said.
func (w *Worker) WhoIs(ctx context.Context, use credentials.Use, p catalog.Provider) (who string, asked bool, err error) {
	check, ok, err := p.IdentityCheck()
	if err != nil || !ok {
		return "", false, err
	}
	taken, err := w.Credentials.Take(ctx, use)
	if err != nil {
		return "", true, err
	}
	planned, err := w.planCheck(ctx, check, taken)
	masker := mask.New(taken.Secrets)
	var failed *terraform.RunError
	switch {
	case err == nil:
	case errors.As(err, &failed):
		w.Logger.InfoContext(ctx, "credentials were not taken", slog.String("profile", use.Profile), slog.String("error", masker.Mask(failed.Text())))
		return "", true, refusedBy(failed, masker)
	default:
		return "", true, err
	}
	if out, ok := planned.Plan.PlannedValues.Outputs[catalog.IdentityOutput]; ok {
		who = masker.Mask(fmt.Sprint(out.Value))
	}
	return who, true, nil
}

// refusedBy says what the cloud said.
func refusedBy(failed *terraform.RunError, masker mask.Masker) error {
	said := "Terraform did not say why."
	if len(failed.Diagnostics) > 0 {
		first := failed.Diagnostics[0].Masked(masker)
		said = first.Title()
		if cause := first.Cause(); cause != "" {
			said += ": " + cause
		}
		said = masker.Mask(said)
	}
	if do := terraform.Advise(failed.Diagnostics); do != "" {
		said += "\n" + do
	}
	return usererr.New(usererr.Denied, "%s", said).Wrap(failed)
}

// planCheck plans in a directory that no run has: ids of runs are positive.
func (w *Worker) planCheck(ctx context.Context, check catalog.Composed, taken credentials.Taken) (terraform.Planned, error) {
	id := -time.Now().UnixNano()
	if !w.take(id) { // lest it be tidied away meanwhile
		return terraform.Planned{}, errors.New("two checks at once")
	}
	defer w.release(id)
	return w.planIn(ctx, "check-"+strconv.FormatInt(id, 10), configuration{files: check.Files, plugins: check.Plugins}, taken)
}
