package prices

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// azure reads the Retail Prices API, which needs no key:
// https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
//
// A part is a service, in one region or in all; a cursor is the query of a page, and
// begins with counted where the server did not name it.
type azure struct{ fetcher }

func (a *azure) name() string { return "Azure Retail Prices API" }

const (
	azurePath    = "/api/retail/prices"
	azureVersion = "2023-01-01-preview"
)

// parts are named SERVICE, or SERVICE/REGION.
func (a *azure) parts(_ context.Context, regions []string) ([]string, error) {
	if len(regions) == 0 {
		return azureRules.services(), nil
	}
	var parts []string
	for _, service := range azureRules.services() {
		for _, region := range regions {
			parts = append(parts, service+"/"+region)
		}
	}
	return parts, nil
}

// azureItem is a row. What is nil is not in it.
type azureItem struct {
	Currency  *string      `json:"currencyCode"`
	Price     *json.Number `json:"retailPrice"`
	TierStart *json.Number `json:"tierMinimumUnits"`
	Region    *string      `json:"armRegionName"`
	Meter     *string      `json:"meterName"`
	MeterID   *string      `json:"meterId"`
	Product   *string      `json:"productName"`
	SKU       *string      `json:"skuName"`
	Service   *string      `json:"serviceName"`
	Unit      *string      `json:"unitOfMeasure"`
	Type      *string      `json:"type"`
	Effective *string      `json:"effectiveStartDate"`
	ArmSKU    string       `json:"armSkuName"`
}

func (a *azure) page(ctx context.Context, part, cursor string, want scope) (page, error) {
	service, region, one := strings.Cut(part, "/")
	address, guessed := strings.CutPrefix(cursor, counted)
	query, err := url.ParseQuery(address)
	if err != nil {
		return page{}, changed("the address of the next page is %q", cursor)
	}
	if cursor == "" {
		filter := "serviceName eq '" + service + "' and priceType eq 'Consumption'"
		if one {
			filter = "armRegionName eq '" + region + "' and " + filter
		}
		query = url.Values{"api-version": {azureVersion}, "$filter": {filter}}
	}
	var found finds
	var items int
	var next *string
	named := json.RawMessage{}
	err = a.get(ctx, azurePath, query, func(r io.Reader) error {
		found, items, next, named = finds{}, 0, nil, nil
		return eachItem(r, "Items", map[string]any{"NextPageLink": &named}, func(d *json.Decoder) error {
			var item azureItem
			if err := d.Decode(&item); err != nil {
				return err
			}
			items++
			return found.addAzure(service, item, want.now)
		})
	})
	var status *statusError
	if guessed && errors.As(err, &status) && status.status == http.StatusBadRequest {
		return page{}, nil // past the end: nobody had said that there is such a page
	}
	if err != nil {
		return page{}, err
	}
	if named != nil && json.Unmarshal(named, &next) != nil {
		return page{}, changed("the address of the next page is %s", named)
	}
	p := page{prices: found.prices()}
	p.next, err = azureNext(query, items, named != nil, next)
	if p.next != "" && named == nil {
		p.next = counted + p.next
	}
	return p, err
}

// counted begins a cursor that was made by counting. No query begins so.
const counted = "&counted&"

// azureNext is the query of the page after. The link names Microsoft's own server,
// whatever the base URL is. An answer without a word about a link is counted on.
func azureNext(query url.Values, items int, named bool, link *string) (string, error) {
	switch {
	case items == 0 || named && (link == nil || *link == ""):
		return "", nil
	case named:
		u, err := url.Parse(*link)
		if err != nil || u.RawQuery == "" {
			return "", changed("the address of the next page is %q", *link)
		}
		return u.RawQuery, nil
	}
	skip, _ := strconv.Atoi(query.Get("$skip")) // the first page has none
	query.Set("$skip", strconv.Itoa(skip+items))
	return query.Encode(), nil
}

func (a *azure) compose(func(string) ([]cost.Price, error)) ([]cost.Price, error) { return nil, nil }

func (f finds) addAzure(service string, item azureItem, now time.Time) error {
	for name, value := range map[string]*string{
		"currencyCode": item.Currency, "armRegionName": item.Region, "meterName": item.Meter, "meterId": item.MeterID, "productName": item.Product,
		"skuName": item.SKU, "serviceName": item.Service, "unitOfMeasure": item.Unit, "type": item.Type, "effectiveStartDate": item.Effective,
	} {
		if value == nil {
			return changed("an item has no %q", name)
		}
	}
	if item.Price == nil || item.TierStart == nil {
		return changed("an item has no price, or no tier")
	}
	if *item.Currency != cost.Currency {
		return changed("an item is in %q", *item.Currency)
	}
	if *item.Type != "Consumption" || *item.Service != service || cheaper(*item.SKU) || cheaper(*item.Meter) {
		return nil
	}
	r, keys := azureRules.fit(service, item.field)
	if r == nil {
		return nil
	}
	if holds, err := effective(*item.Effective, now); !holds {
		return err
	}
	p := cost.Price{Provider: "azure", Region: strings.ToLower(*item.Region), SKU: *item.MeterID}
	if p.Region == "" {
		p.Region = cost.Global
	}
	var err error
	if p.USD, err = decimal.NewFromString(item.Price.String()); err != nil || p.USD.IsNegative() {
		return changed("the price of %s is %q", keys[0], item.Price)
	}
	if p.TierStart, err = decimal.NewFromString(item.TierStart.String()); err != nil || p.TierStart.IsNegative() {
		return changed("the price of %s holds from %q on", keys[0], item.TierStart)
	}
	return f.addEach(r, keys, azureUnits, *item.Unit, p)
}

// cheaper reports whether a name is that of capacity that can be taken away.
func cheaper(name string) bool {
	return strings.HasSuffix(name, "Spot") || strings.HasSuffix(name, "Low Priority")
}

// field is what rules see of an item. The system is only told by the product's name.
func (i azureItem) field(name string) string {
	switch name {
	case "productName":
		return strings.TrimSuffix(*i.Product, " Windows")
	case "system":
		if strings.HasSuffix(*i.Product, " Windows") {
			return "windows"
		}
		return "linux"
	case "skuName":
		return *i.SKU
	case "meterName":
		return *i.Meter
	case "armSkuName":
		return i.ArmSKU
	}
	return ""
}
