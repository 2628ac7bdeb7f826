package orchestrator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// unfinishedAfter is what an apply leaves unfinished: of what was so before, all
// that it did not get done, and what it had under way itself. One that succeeded
// was approved with what there was before its people's eyes: it leaves nothing.
func unfinishedAfter(before []string, out Outcome) []string {
	if out.ExitCode != nil && *out.ExitCode == 0 && !out.Interrupted {
		return nil
	}
	var left []string
	for _, address := range before {
		if !slices.Contains(out.Progress.Created, address) && !slices.Contains(out.Progress.Destroyed, address) {
			left = append(left, address)
		}
	}
	if out.Failure == nil {
		return left
	}
	for _, address := range out.Failure.Unfinished {
		if !slices.Contains(left, address) {
			left = append(left, address)
		}
	}
	return left
}

// mostKey is how many characters the value of a menu's option may have.
const mostKey = 100

// ReplaceKey names an address where there is room for no more than 100 characters.
func ReplaceKey(address string) string {
	if len(address) <= mostKey {
		return address
	}
	sum := sha256.Sum256([]byte(address))
	return hex.EncodeToString(sum[:])
}

// Replace chooses, by their keys, what the next plan makes anew of what an apply
// left unfinished: Terraform may take it for complete. A failed session keeps the
// choice until it is planned again, any other is planned at once.
func (o *Orchestrator) Replace(ctx context.Context, req Request, id string, seen int, keys []string) error {
	return o.onSession(ctx, req, id, func(c *change) error {
		if err := c.mayEdit(ctx, seen, true); err != nil {
			return err
		}
		addresses, err := c.unfinished(keys)
		if err != nil {
			return err
		}
		if err := c.dropRun(ctx, store.RunSuperseded); err != nil {
			return err
		}
		next, err := c.s.Replace(addresses, c.stack, c.at())
		if err != nil {
			return err
		}
		c.s = next
		return c.validate(ctx, "session.replace", map[string]any{"replace": addresses})
	})
}

// unfinished finds what the keys name, among what is unfinished and nowhere else.
func (c *change) unfinished(keys []string) ([]string, error) {
	all := c.s.Replaceable(c.stack)
	addresses := []string{}
	for _, key := range keys {
		i := slices.IndexFunc(all, func(address string) bool { return ReplaceKey(address) == key })
		if i < 0 {
			return nil, usererr.New(usererr.Stale, "%s is not among what was left unfinished. Nothing was changed. Look at the lobby again.", quote(plan.Label(key)))
		}
		addresses = append(addresses, all[i])
	}
	return addresses, nil
}
