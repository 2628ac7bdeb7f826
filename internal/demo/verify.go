package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/plan"
	"github.com/cloud-engine/cloudengine/internal/session"
	"github.com/cloud-engine/cloudengine/internal/store"
)

// verify compares the real Terraform state with what was asked for.
func (w *world) verify(ctx context.Context) error {
	listed, _, err := w.app.Store.Sessions(ctx, store.SessionFilter{GuildID: w.guild.ID, Requester: w.people[grace].ID, Slug: "dev", State: session.Applied}, store.Page{Limit: 1})
	if err != nil {
		return fmt.Errorf("read the session: %w", err)
	}
	if len(listed) == 0 {
		return errors.New("no deployment of grace's is APPLIED")
	}
	var state []byte
	err = w.app.Store.InTx(ctx, func(tx *store.Tx) error {
		_, stack, err := tx.LockSession(ctx, listed[0].ID)
		if err != nil {
			return err
		}
		state, err = tx.State(ctx, stack.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("read the state: %w", err)
	}
	have, err := labels(state)
	if err != nil {
		return err
	}
	var want []string
	for _, r := range wanted {
		want = append(want, r.kind+"."+r.name)
	}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		return fmt.Errorf("terraform's state holds %v, asked for were %v", have, want)
	}
	if v := w.sim.Violations(); len(v) > 0 {
		return fmt.Errorf("the bot sent Discord %d requests that it would refuse, the first: %v", len(v), v[0])
	}
	w.screen.note("Terraform's state holds what was asked for: %s.", strings.Join(have, ", "))
	return nil
}

// labels lists the resources of a state, one for each instance.
func labels(state []byte) ([]string, error) {
	var file struct {
		Resources []struct {
			Module    string            `json:"module"`
			Type      string            `json:"type"`
			Name      string            `json:"name"`
			Instances []json.RawMessage `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(state, &file); err != nil {
		return nil, fmt.Errorf("read terraform's state: %w", err)
	}
	var list []string
	for _, r := range file.Resources {
		for range r.Instances {
			list = append(list, plan.Label(r.Module+"."+r.Type+"."+r.Name))
		}
	}
	slices.Sort(list)
	return list, nil
}
