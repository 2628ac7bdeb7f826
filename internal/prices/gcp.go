package prices

import (
	"context"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// gcp reads the Cloud Billing Catalog:
// https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list
//
// A part is a service, of all regions: there is no asking for one.
type gcp struct {
	fetcher
	key string
}

func (g *gcp) name() string { return "Google Cloud Billing Catalog" }

func (g *gcp) parts(context.Context, []string) ([]string, error) { return gcpRules.services(), nil }

// gcpSKU is a row. What is nil is not in it.
type gcpSKU struct {
	ID          string  `json:"skuId"`
	Description *string `json:"description"`
	Category    *struct {
		Family string `json:"resourceFamily"`
		Group  string `json:"resourceGroup"`
		Usage  string `json:"usageType"`
	} `json:"category"`
	Regions []string `json:"serviceRegions"`
	Pricing []struct {
		Effective  string        `json:"effectiveTime"`
		Expression gcpExpression `json:"pricingExpression"`
	} `json:"pricingInfo"`
}

type gcpExpression struct {
	Unit  string    `json:"usageUnit"`
	Rates []gcpRate `json:"tieredRates"`
}

// expression is the price that holds now: the list is in the order of time, and may
// tell prices to come. One without any has no rates.
func (s gcpSKU) expression(now time.Time) (gcpExpression, error) {
	for _, p := range slices.Backward(s.Pricing) {
		if holds, err := effective(p.Effective, now); holds || err != nil {
			return p.Expression, err
		}
	}
	return gcpExpression{}, nil
}

type gcpRate struct {
	Start json.Number `json:"startUsageAmount"`
	Price struct {
		Currency string      `json:"currencyCode"`
		Units    json.Number `json:"units"` // a string, of a number
		Nanos    int64       `json:"nanos"`
	} `json:"unitPrice"`
}

func (g *gcp) page(ctx context.Context, part, cursor string, want scope) (page, error) {
	query := url.Values{"key": {g.key}, "currencyCode": {cost.Currency}, "pageSize": {"5000"}}
	if cursor != "" {
		query.Set("pageToken", cursor)
	}
	var p page
	err := g.get(ctx, "/v1/services/"+part+"/skus", query, func(r io.Reader) error {
		p = page{}
		found := finds{}
		err := eachItem(r, "skus", map[string]any{"nextPageToken": &p.next}, func(d *json.Decoder) error {
			var sku gcpSKU
			if err := d.Decode(&sku); err != nil {
				return err
			}
			return found.addGCP(part, sku, want)
		})
		p.prices = found.prices()
		return err
	})
	return p, err
}

// addGCP adds the prices of a SKU in every region where it is offered.
func (f finds) addGCP(service string, sku gcpSKU, want scope) error {
	if sku.Description == nil || sku.Category == nil || sku.Regions == nil || sku.Pricing == nil {
		return changed("a SKU has no description, category, regions or price")
	}
	if sku.Category.Usage != "OnDemand" {
		return nil
	}
	r, keys := gcpRules.fit(service, sku.field)
	if r == nil {
		return nil
	}
	now, err := sku.expression(want.now)
	if err != nil {
		return err
	}
	for i, rate := range now.Rates {
		p := cost.Price{Provider: "gcp", SKU: sku.ID}
		if p.USD, err = rate.usd(); err != nil {
			return err
		}
		if p.TierStart, err = decimal.NewFromString(rate.Start.String()); err != nil || p.TierStart.IsNegative() {
			return changed("the price of %s holds from %q on", keys[0], rate.Start)
		}
		if i+1 < len(now.Rates) {
			if p.TierEnd, err = decimal.NewFromString(now.Rates[i+1].Start.String()); err != nil || !p.TierEnd.GreaterThan(p.TierStart) {
				return changed("the price of %s holds up to %q", keys[0], now.Rates[i+1].Start)
			}
		}
		for _, p.Region = range sku.Regions {
			if len(want.regions) > 0 && p.Region != cost.Global && !slices.Contains(want.regions, p.Region) {
				continue
			}
			if err := f.addEach(r, keys, gcpUnits, now.Unit, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// usd is units and billionths of them.
func (r gcpRate) usd() (decimal.Decimal, error) {
	units, err := decimal.NewFromString(r.Price.Units.String())
	usd := units.Add(decimal.New(r.Price.Nanos, -9))
	if err != nil || usd.IsNegative() || r.Price.Currency != cost.Currency {
		return usd, changed("a price is %q and %d billionths in %q", r.Price.Units, r.Price.Nanos, r.Price.Currency)
	}
	return usd, nil
}

// field is what rules see of a SKU. Where it is offered, which a description may end
// with, is told by its regions.
func (s gcpSKU) field(name string) string {
	switch name {
	case "description":
		d, _, _ := strings.Cut(*s.Description, " running in ")
		return d
	case "resourceFamily":
		return s.Category.Family
	case "resourceGroup":
		return s.Category.Group
	}
	return ""
}

// compose makes the prices of machine types of those of cores and memory.
func (g *gcp) compose(find func(prefix string) ([]cost.Price, error)) ([]cost.Price, error) {
	cores, err := find(coreKey)
	if err != nil {
		return nil, err
	}
	ram, err := find(ramKey)
	if err != nil {
		return nil, err
	}
	return machines(cores, ram), nil
}
