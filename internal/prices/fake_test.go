package prices

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// row is a row of a list, by its columns.
type row map[string]string

// fake serves lists in the providers' shapes, with faults.
type fake struct {
	*httptest.Server
	t *testing.T

	mu    sync.Mutex
	aws   map[string][]row // by SERVICE/REGION
	azure map[string][]map[string]any
	gcp   map[string][]map[string]any
	size  int // of a page
	// published is when AWS's files are.
	published string
	asked     []string
	// fault, if any, answers in place of the list and reports whether it did.
	fault func(w http.ResponseWriter, r *http.Request, nth int) bool
	// header changes a CSV header.
	header func(columns []string) []string
}

func newFake(t *testing.T) *fake {
	f := &fake{t: t, aws: map[string][]row{}, azure: map[string][]map[string]any{}, gcp: map[string][]map[string]any{}, size: 2, published: "2026-07-20T00:00:00Z"}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /offers/v1.0/aws/{service}/current/region_index.json", f.serveIndex)
	mux.HandleFunc("GET /offers/v1.0/aws/{service}/{version}/{region}/index.csv", f.serveCSV)
	mux.HandleFunc("GET "+azurePath, f.serveAzure)
	mux.HandleFunc("GET /v1/services/{service}/skus", f.serveGCP)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.asked = append(f.asked, r.URL.RequestURI())
		nth, fault := len(f.asked), f.fault
		f.mu.Unlock()
		if fault != nil && fault(w, r, nth) {
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// set changes the fake between requests.
func (f *fake) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// forget returns what was asked for since the last time.
func (f *fake) forget() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	asked := f.asked
	f.asked = nil
	return asked
}

func (f *fake) serveIndex(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	service := r.PathValue("service")
	regions := map[string]any{}
	for name := range f.aws {
		// Every service is in every region here, and AWS has zones for regions too.
		_, region, _ := strings.Cut(name, "/")
		regions[region] = map[string]string{"regionCode": region, "currentVersionUrl": "/offers/v1.0/aws/" + service + "/20260720/" + region + "/index.json"}
	}
	regions["us-west-2-lax-1"] = map[string]string{"regionCode": "us-west-2-lax-1", "currentVersionUrl": "/offers/none/index.json"}
	_ = json.NewEncoder(w).Encode(map[string]any{"formatVersion": "v1.0", "regions": regions})
}

// recorded is a recorded file.
func recorded(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// columns is the recorded header of EC2's file, with what other services have beside.
func columns(t *testing.T) []string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(string(recorded(t, "aws_offer_ec2_ebs_head.csv"))))
	r.FieldsPerRecord = -1
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return append(slices.Clone(all[5]), "Database Engine", "Deployment Option", "Cache Engine")
}

func (f *fake) serveCSV(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := csv.NewWriter(w)
	for _, line := range [][]string{{"FormatVersion", "v1.0"}, {"Disclaimer", "none"}, {"Publication Date", f.published}, {"Version", "20260720"}, {"OfferCode", r.PathValue("service")}} {
		_ = out.Write(line)
	}
	header := columns(f.t)
	shown := header
	if f.header != nil {
		shown = f.header(slices.Clone(header))
	}
	_ = out.Write(shown)
	for i, given := range f.aws[r.PathValue("service")+"/"+r.PathValue("region")] {
		_ = out.Write(given.line(header, i))
	}
	out.Flush()
}

// line is a row as AWS has it, on demand for dollars unless it says otherwise.
func (given row) line(header []string, i int) []string {
	full := row{"SKU": fmt.Sprintf("SKU%d", i), "TermType": "OnDemand", "EffectiveDate": "2026-07-01", "StartingRange": "0", "EndingRange": "Inf", "Currency": "USD", "Location Type": "AWS Region", "Unit": "Hrs"}
	maps.Copy(full, given)
	line := make([]string, len(header))
	for i, name := range header {
		line[i] = full[name]
	}
	return line
}

// machineRow is a row of an EC2 machine.
func machineRow(name, usd string) row {
	return row{"Product Family": "Compute Instance", "Instance Type": name, "Tenancy": "Shared", "Operating System": "Linux", "Pre Installed S/W": "NA",
		"CapacityStatus": "Used", "License Model": "No License required", "PricePerUnit": usd, "usageType": "BoxUsage:" + name}
}

func (f *fake) serveAzure(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	filter := r.URL.Query().Get("$filter")
	var list []map[string]any
	for service, items := range f.azure {
		if strings.Contains(filter, "serviceName eq '"+service+"'") {
			for _, item := range items {
				if !strings.Contains(filter, "armRegionName") || strings.Contains(filter, fmt.Sprintf("armRegionName eq '%s'", item["armRegionName"])) {
					list = append(list, item)
				}
			}
		}
	}
	skip, _ := strconv.Atoi(r.URL.Query().Get("$skip"))
	end := min(skip+f.size, len(list))
	var next any
	if end < len(list) {
		q := r.URL.Query()
		q.Set("$skip", strconv.Itoa(end))
		next = "https://prices.azure.com:443" + azurePath + "?" + q.Encode() // as it is, whoever was asked
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"BillingCurrency": "USD", "Items": append([]map[string]any{}, list[min(skip, end):end]...), "NextPageLink": next, "Count": end - skip})
}

// azureItems are the recorded rows.
func azureItems(t *testing.T) []map[string]any {
	t.Helper()
	var list struct{ Items []map[string]any }
	if err := json.Unmarshal(recorded(t, "azure_retail_prices.json"), &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// azureLike is a recorded row with other values: a Linux machine, unless they say
// otherwise.
func azureLike(t *testing.T, values map[string]any) map[string]any {
	t.Helper()
	for _, item := range azureItems(t) {
		if item["type"] == "Consumption" && item["meterName"] == "D2as v5" && item["productName"] == "Virtual Machines Dasv5 Series" {
			maps.Copy(item, values)
			return item
		}
	}
	t.Fatal("no Linux machine was recorded")
	return nil
}

func azureMachine(t *testing.T, region, name string, usd float64) map[string]any {
	return azureLike(t, map[string]any{"armRegionName": region, "armSkuName": name, "retailPrice": usd})
}

func (f *fake) serveGCP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := f.gcp[r.PathValue("service")]
	skip, _ := strconv.Atoi(r.URL.Query().Get("pageToken"))
	end, next := min(skip+f.size, len(list)), ""
	if end < len(list) {
		next = strconv.Itoa(end)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"skus": append([]map[string]any{}, list[skip:end]...), "nextPageToken": next})
}

// gcpLike is the recorded SKU with another description, and one price.
func gcpLike(t *testing.T, family, description, unit, units string, nanos int, regions ...string) map[string]any {
	t.Helper()
	var list struct{ SKUs []map[string]any }
	if err := json.Unmarshal(recorded(t, "gcp_skus.json"), &list); err != nil {
		t.Fatal(err)
	}
	sku := list.SKUs[0]
	sku["description"], sku["serviceRegions"] = description, regions
	sku["category"].(map[string]any)["resourceFamily"] = family
	expression := sku["pricingInfo"].([]any)[0].(map[string]any)["pricingExpression"].(map[string]any)
	expression["usageUnit"] = unit
	expression["tieredRates"] = []any{map[string]any{"startUsageAmount": 0, "unitPrice": map[string]any{"currencyCode": "USD", "units": units, "nanos": nanos}}}
	return sku
}
