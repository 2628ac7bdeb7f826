package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/credentials"
	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/terraform"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// PlacesRequest is to ask a provider for its regions anew.
type PlacesRequest struct {
	Modules  *catalog.Catalog // as they were read
	Provider string           // one that can be asked
	Use      credentials.Use
	Accept   bool                                             // take an answer that raises doubts
	Parallel int                                              // questions at the same time
	Asked    func(region string, done, of int, problem error) // told of each region
}

// Places is what came of it.
type Places struct {
	Regions   []string
	New, Gone []string
	Kept      []string // regions of which nothing was said: what was known stays
	Doubts    []string // why the answer was refused, and nothing changed; none: it is in use
}

// askWithin is how long the answer to one question may take.
const askWithin = 5 * time.Minute

// RefreshPlaces asks the provider, through its plugin, for its regions and what there is
// in each, and puts the answer in the place of what was known, in one transaction.
func (w *Worker) RefreshPlaces(ctx context.Context, r PlacesRequest) (Places, error) {
	taken, err := w.Credentials.Take(ctx, r.Use)
	if err != nil {
		return Places{}, err
	}
	p, _ := r.Modules.Provider(r.Provider)
	question, err := p.AskRegions()
	if err != nil {
		return Places{}, err
	}
	said, err := w.ask(ctx, question, taken)
	if err != nil {
		return Places{}, err
	}
	all, usable, err := p.RegionsSaid(said)
	if err != nil {
		return Places{}, senseless(err)
	}
	found, err := w.askEach(ctx, r, p, usable, taken)
	if err != nil {
		return Places{}, err
	}
	var out Places
	err = w.Store.InTx(ctx, func(tx *store.Tx) error {
		out, err = replacePlaces(ctx, tx, r, all, found)
		return err
	})
	return out, err
}

// askEach asks about every region, several at the same time. Those that do not answer
// are left out, unless none does.
func (w *Worker) askEach(ctx context.Context, r PlacesRequest, p catalog.Provider, regions []string, taken credentials.Taken) (map[string]catalog.Place, error) {
	var mu sync.Mutex
	var first error
	done, found := 0, map[string]catalog.Place{}
	var group errgroup.Group
	group.SetLimit(max(r.Parallel, 1))
	for _, region := range regions {
		group.Go(func() error {
			place, err := w.askPlace(ctx, r.Modules, p, region, taken)
			mu.Lock()
			defer mu.Unlock()
			if done++; err == nil {
				found[region] = place
			} else if first == nil {
				first = err
			}
			r.Asked(region, done, len(regions), err)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	switch {
	case len(regions) == 0:
		return nil, senseless(errors.New("the credentials can use none of the regions"))
	case len(found) == 0:
		return nil, first
	}
	return found, nil
}

func (w *Worker) askPlace(ctx context.Context, modules *catalog.Catalog, p catalog.Provider, region string, taken credentials.Taken) (catalog.Place, error) {
	question, err := p.AskPlace(region)
	if err != nil {
		return catalog.Place{}, err
	}
	said, err := w.ask(ctx, question, taken)
	if err != nil {
		return catalog.Place{}, err
	}
	place, err := modules.PlaceSaid(p.Name, region, said)
	if err != nil {
		return place, senseless(err)
	}
	return place, nil
}

// ask plans a question and returns its outputs. What the cloud refused is a usererr with
// all of its words, as whoever asks runs the engine; what is secret is not among them.
func (w *Worker) ask(ctx context.Context, question catalog.Composed, taken credentials.Taken) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	planned, err := w.planCheck(ctx, question, taken)
	var failed *terraform.RunError
	switch {
	case errors.As(err, &failed):
		said := cmp.Or(mask.New(taken.Secrets).Mask(failed.Text()), "Terraform did not say why.")
		if do := terraform.Advise(failed.Diagnostics); do != "" {
			said += "\n" + do
		}
		return nil, usererr.New(usererr.Denied, "%s", said) // without its cause, which is not masked
	case errors.Is(err, context.DeadlineExceeded):
		return nil, usererr.New(usererr.Unavailable, "The cloud did not answer within %s.", askWithin)
	case err != nil:
		return nil, err
	}
	said := map[string]any{}
	for name, out := range planned.Plan.PlannedValues.Outputs {
		said[name] = out.Value
	}
	return said, nil
}

func senseless(err error) error {
	return usererr.New(usererr.Unavailable, "The cloud's answer cannot be used: %v.", err)
}

// replacePlaces compares an answer with what is in use, and takes it unless that raises
// doubts. Of a region that said nothing, what was known stays.
func replacePlaces(ctx context.Context, tx *store.Tx, r PlacesRequest, all []string, found map[string]catalog.Place) (Places, error) {
	known, err := tx.LockPlaces(ctx, r.Provider)
	if err != nil {
		return Places{}, err
	}
	out := Places{Regions: all}
	var said []catalog.Place
	for _, region := range all {
		place, answered := found[region]
		switch i := slices.IndexFunc(known[r.Provider], func(p catalog.Place) bool { return p.Region == region }); {
		case answered:
			place.Fetched = tx.Now
		case i >= 0:
			place = known[r.Provider][i]
		default:
			place = catalog.Place{Region: region, Fetched: tx.Now}
		}
		if !answered {
			out.Kept = append(out.Kept, region)
		}
		said = append(said, place)
	}
	was := r.Modules.With(known)
	is := r.Modules.With(map[string][]catalog.Place{r.Provider: said})
	out.New, out.Gone = without(is, was, r.Provider), without(was, is, r.Provider)
	out.Doubts = was.Doubts(r.Provider, is)
	stacks, err := tx.StacksIn(ctx, r.Provider, out.Gone)
	if err != nil {
		return Places{}, err
	}
	if stacks > 0 {
		out.Doubts = append(out.Doubts, fmt.Sprintf("stacks that stand in regions that are gone, and could only be destroyed or exported from then on: %d", stacks))
	}
	if len(out.Doubts) > 0 && !r.Accept {
		return out, nil
	}
	out.Doubts = nil
	return out, tx.ReplacePlaces(ctx, r.Provider, said)
}

// without are the regions of a provider that one catalog has and another has not.
func without(one, other *catalog.Catalog, provider string) []string {
	has, _ := one.Provider(provider)
	lacks, _ := other.Provider(provider)
	var names []string
	for _, r := range has.Regions {
		if _, ok := lacks.Region(r.Name); !ok {
			names = append(names, r.Name)
		}
	}
	return names
}

// usePlaces takes up what providers said of their regions.
func (w *Worker) usePlaces(ctx context.Context) error {
	found, err := w.Store.Places(ctx)
	if err != nil {
		return fmt.Errorf("take up the providers' regions: %w", err)
	}
	w.Orchestrator.UsePlaces(found)
	return nil
}

// keepPlaces does so again whenever somebody asked a provider anew.
func (w *Worker) keepPlaces() {
	ctx := w.detached
	told, stop := w.Store.Subscribe(store.TopicPlaces, "")
	defer stop()
	for {
		var again <-chan time.Time // what kept it from being read may pass
		if err := w.usePlaces(ctx); err != nil && ctx.Err() == nil {
			w.Logger.WarnContext(ctx, "the providers' regions could not be read and will be again", slog.Any("error", err))
			again = time.After(retryAfter)
		}
		select {
		case <-ctx.Done():
			return
		case <-told:
		case <-again:
		}
	}
}
