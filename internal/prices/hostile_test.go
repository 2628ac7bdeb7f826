package prices

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// forever is what never ends, a piece at a time.
type forever struct {
	piece string
	sent  int64
}

func (f *forever) Read(p []byte) (n int, _ error) {
	for n < len(p) {
		n += copy(p[n:], f.piece)
	}
	f.sent += int64(n)
	return n, nil
}

// What has no end is given up after a few MiB, wherever the lines end.
func TestPiecesWithoutEnd(t *testing.T) {
	t.Parallel()
	head := strings.Join([]string{`"FormatVersion","v1.0"`, `"Disclaimer",""`, `"Publication Date","2026-07-20T00:00:00Z"`, `"Version","1"`, `"OfferCode","AmazonEC2"`,
		`"` + strings.Join(columns(t), `","`) + `"`, ""}, "\n")
	csv := func(r io.Reader) error { return readAWS(r, "AmazonEC2", "us-east-1", today, &page{}) }
	items := func(r io.Reader) error {
		return eachItem(r, "Items", map[string]any{"NextPageLink": new(json.RawMessage)}, func(d *json.Decoder) error {
			var item azureItem
			return d.Decode(&item)
		})
	}
	for name, test := range map[string]struct {
		read        func(io.Reader) error
		head, piece string
	}{
		"a line of CSV":         {csv, head, "x"},
		"a field of many lines": {csv, head + `"`, "x\n"},
		"a line of the head":    {csv, "", "x"},
		"an item":               {items, `{"Items": [{"meterName": "`, "x"},
		"an item of many lines": {items, `{"Items": [{"more": [`, "1,\n"},
		"the next page's link":  {items, `{"Items": [], "NextPageLink": "`, "x"},
		"a field of no use":     {items, `{"More": [`, "1,\n"},
		"nothing":               {items, `{"Items": [`, " \n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endless := &forever{piece: test.piece}
			err := test.read(io.MultiReader(strings.NewReader(test.head), endless))
			var shape *shapeError
			if !errors.As(err, &shape) || endless.sent > 2*longestPiece {
				t.Errorf("after %d MiB: %v", endless.sent>>20, err)
			}
		})
	}
}

// Neither is an answer read on for ever of which each piece is small, nor are more
// prices kept than a provider can have.
func TestAnswersWithoutEnd(t *testing.T) {
	t.Parallel()
	_, err := io.Copy(io.Discard, &body{r: &forever{piece: "x"}, came: func() {}, left: 1000})
	var shape *shapeError
	if !errors.As(err, &shape) {
		t.Errorf("got %v", err)
	}
	found, p := finds{}, mustPrice("r", "", "1")
	for i := 0; err != nil && i <= maxPrices; i++ {
		shape = nil
		if err := found.addEach(&compiled{rule: rule{unit: cost.UnitHour}}, []string{fmt.Sprint(i)}, awsUnits, "Hrs", p); errors.As(err, &shape) {
			break
		}
	}
	if shape == nil || len(found) > maxPrices+1 {
		t.Errorf("%d prices are kept", len(found))
	}
}

// The next page is asked for where the first one was, whatever its link says; a link
// that is no name of a page ends the import.
func TestLinksElsewhere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ link, want string }{
		"another host":      {"http://127.0.0.1:1/elsewhere?$skip=1", ""},
		"no query":          {"http://127.0.0.1:1/elsewhere", "the address of the next page"},
		"a name of a MiB":   {"https://prices.azure.com/api/retail/prices?$skip=" + strings.Repeat("1", 1<<20), "the name of the next page"},
		"no text":           {"", ""},
		"nothing to follow": {"https://prices.azure.com/%zz", "the address of the next page"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.emptyBook()
			item := mustJSON(t, azureMachine(t, "uksouth", "Standard_D2as_v5", 0.1))
			w.lists.fault = func(rw http.ResponseWriter, r *http.Request, _ int) bool {
				next := test.link
				if r.URL.Query().Get("$skip") != "" {
					next = ""
				}
				fmt.Fprintf(rw, `{"Items": [%s], "NextPageLink": %q}`, item, next)
				return true
			}
			_, err := w.Import(w.ctx, "azure", nil, func() {})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Prices are not read, and the key is not sent, where a stranger on the way could read
// and change both; a proxy nearby is another matter.
func TestAddressesWithoutTLS(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]bool{
		"https://prices.azure.com": true, "http://prices.azure.com": false, "http://203.0.113.7:80": false, "http://127.0.0.1:8080": true, "http://[::1]:8080": true,
		"http://10.1.2.3": true, "http://prices-proxy:8080": true, "http://localhost:8080": true, "http://localhost.example.com": false,
	} {
		if got := private(base); got != want {
			t.Errorf("%s: %t", base, got)
		}
	}
	_, err := New(Options{GCP: "http://cloudbilling.googleapis.com", GCPKey: "secret-key", Logger: discard}).Import(t.Context(), "gcp", nil, func() {})
	if text := usererr.Text(err, ""); !strings.Contains(text, "Nothing was changed. Set CLOUDENGINE_PRICES_GCP_URL to an https address") {
		t.Errorf("got %v", err)
	}
}

// What a row says of its price is believed only where it can be true. A price to come is
// none yet.
func TestStrangePrices(t *testing.T) {
	t.Parallel()
	header := columns(t)
	aws := func(change row) ([]cost.Price, error) {
		given, found := machineRow("m5.large", "0.096"), finds{}
		maps.Copy(given, change)
		line := given.line(header, 0)
		err := found.addAWS("AmazonEC2", "r", today, func(name string) string {
			for i, column := range header {
				if column == name {
					return line[i]
				}
			}
			return ""
		})
		return found.prices(), err
	}
	azure := func(name string, value any) ([]cost.Price, error) {
		var item azureItem
		if err := json.Unmarshal(mustJSON(t, azureLike(t, map[string]any{name: value})), &item); err != nil {
			t.Fatal(err)
		}
		found := finds{}
		err := found.addAzure("Virtual Machines", item, today)
		return found.prices(), err
	}
	gcp := func(change func(pricing, expression, rate, price map[string]any)) ([]cost.Price, error) {
		sku := gcpLike(t, "Compute", "E2 Instance Core running in Americas", "h", "0", 21_811_590, "us-central1")
		pricing := sku["pricingInfo"].([]any)[0].(map[string]any)
		expression := pricing["pricingExpression"].(map[string]any)
		rate := expression["tieredRates"].([]any)[0].(map[string]any)
		change(pricing, expression, rate, rate["unitPrice"].(map[string]any))
		var parsed gcpSKU
		if err := json.Unmarshal(mustJSON(t, sku), &parsed); err != nil {
			t.Fatal(err)
		}
		found := finds{}
		err := found.addGCP(gcpCompute, parsed, scope{now: today})
		return found.prices(), err
	}
	refused, none := -1, 0
	for name, test := range map[string]struct {
		read func() ([]cost.Price, error)
		want int // prices
	}{
		"AWS, below nothing":      {func() ([]cost.Price, error) { return aws(row{"PricePerUnit": "-0.1"}) }, refused},
		"AWS, no number":          {func() ([]cost.Price, error) { return aws(row{"PricePerUnit": "NaN"}) }, refused},
		"AWS, to come":            {func() ([]cost.Price, error) { return aws(row{"EffectiveDate": "2026-07-21"}) }, none},
		"AWS, of today":           {func() ([]cost.Price, error) { return aws(row{"EffectiveDate": "2026-07-20"}) }, 1},
		"AWS, of no day":          {func() ([]cost.Price, error) { return aws(row{"EffectiveDate": "soon"}) }, refused},
		"AWS, a tier backwards":   {func() ([]cost.Price, error) { return aws(row{"StartingRange": "10", "EndingRange": "5"}) }, refused},
		"AWS, reserved":           {func() ([]cost.Price, error) { return aws(row{"TermType": "Reserved"}) }, none},
		"AWS, in yuan":            {func() ([]cost.Price, error) { return aws(row{"Currency": "CNY"}) }, none},
		"Azure, below nothing":    {func() ([]cost.Price, error) { return azure("retailPrice", -0.1) }, refused},
		"Azure, to come":          {func() ([]cost.Price, error) { return azure("effectiveStartDate", "2026-08-01T00:00:00Z") }, none},
		"Azure, of no day":        {func() ([]cost.Price, error) { return azure("effectiveStartDate", "") }, refused},
		"Azure, a tier of before": {func() ([]cost.Price, error) { return azure("tierMinimumUnits", -1) }, refused},
		"Azure, reserved":         {func() ([]cost.Price, error) { return azure("type", "Reservation") }, none},
		"Azure, spot":             {func() ([]cost.Price, error) { return azure("skuName", "D2as v5 Spot") }, none},
		"Azure, in euros":         {func() ([]cost.Price, error) { return azure("currencyCode", "EUR") }, refused},
		"Google, below nothing":   {func() ([]cost.Price, error) { return gcp(func(_, _, _, price map[string]any) { price["nanos"] = -1 }) }, refused},
		"Google, in euros": {func() ([]cost.Price, error) {
			return gcp(func(_, _, _, price map[string]any) { price["currencyCode"] = "EUR" })
		}, refused},
		"Google, to come": {func() ([]cost.Price, error) {
			return gcp(func(pricing, _, _, _ map[string]any) { pricing["effectiveTime"] = "2026-08-01T00:00:00Z" })
		}, none},
		"Google, a tier of before": {func() ([]cost.Price, error) {
			return gcp(func(_, _, rate, _ map[string]any) { rate["startUsageAmount"] = -1 })
		}, refused},
		"Google, tiers backwards": {func() ([]cost.Price, error) {
			return gcp(func(_, expression, rate, _ map[string]any) {
				first := maps.Clone(rate)
				first["startUsageAmount"] = 5
				expression["tieredRates"] = []any{first, rate}
			})
		}, refused},
	} {
		list, err := test.read()
		var shape *shapeError
		if refusal := errors.As(err, &shape); refusal != (test.want == refused) || !refusal && (err != nil || len(list) != test.want) {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
}

// Of prices in the order of time the last that holds counts, and not one to come.
func TestPriceToCome(t *testing.T) {
	t.Parallel()
	sku := gcpLike(t, "Compute", "E2 Instance Core running in Americas", "h", "0", 20_000_000, "us-central1")
	later := gcpLike(t, "Compute", "E2 Instance Core running in Americas", "h", "0", 30_000_000, "us-central1")["pricingInfo"].([]any)[0].(map[string]any)
	later["effectiveTime"] = "2026-08-01T00:00:00Z"
	sku["pricingInfo"] = append(sku["pricingInfo"].([]any), later)
	if list := readGCP(t, gcpCompute, sku); len(list) != 2 || list[0].USD.String() != "0.02" {
		t.Errorf("got %v", list)
	}
	later["effectiveTime"] = "2026-07-01T00:00:00Z"
	if list := readGCP(t, gcpCompute, sku); len(list) != 2 || list[0].USD.String() != "0.03" {
		t.Errorf("got %v", list)
	}
}
