package prices

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

func number(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// The eleven recorded rows of one machine size are two prices: Linux and Windows on
// demand. Spot, low priority, reservations and development rates are none of ours.
func TestReadRecordedAzure(t *testing.T) {
	t.Parallel()
	found := finds{}
	err := eachItem(strings.NewReader(string(recorded(t, "azure_retail_prices.json"))), "Items", nil, func(d *json.Decoder) error {
		var item azureItem
		if err := d.Decode(&item); err != nil {
			return err
		}
		return found.addAzure("Virtual Machines", item, today)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"vm/Standard_D2as_v5/linux": "0.101", "vm/Standard_D2as_v5/windows": "0.193"}
	list := found.prices()
	if len(list) != len(want) {
		t.Errorf("got %v", list)
	}
	for _, p := range list {
		if want[p.Key] != p.USD.String() || p.Region != "francecentral" || p.Unit != "hour" || p.SKU == "" {
			t.Errorf("got %+v", p)
		}
	}
}

func TestAzureRules(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		values map[string]any
		want   string
	}{
		"a disk":             {map[string]any{"serviceName": "Storage", "productName": "Premium SSD Managed Disks", "skuName": "P10 LRS", "meterName": "P10 LRS Disk", "unitOfMeasure": "1/Month", "retailPrice": 19.71}, "disk/premium/P10/LRS 19.71 month"},
		"mounts of a disk":   {map[string]any{"serviceName": "Storage", "productName": "Premium SSD Managed Disks", "skuName": "P10 LRS", "meterName": "P10 LRS Disk Mount", "unitOfMeasure": "1/Month", "retailPrice": 1}, ""},
		"an address":         {map[string]any{"serviceName": "Virtual Network", "productName": "IP Addresses", "skuName": "Standard", "meterName": "Standard IPv4 Static Public IP", "retailPrice": 0.005}, "public_ip/standard/static 0.005 hour"},
		"a NAT gateway":      {map[string]any{"serviceName": "NAT Gateway", "productName": "NAT Gateway", "skuName": "Standard", "meterName": "Standard Gateway", "retailPrice": 0.045}, "nat.hours 0.045 hour"},
		"data of a balancer": {map[string]any{"serviceName": "Load Balancer", "productName": "Load Balancer", "skuName": "Standard", "meterName": "Standard Data Processed", "unitOfMeasure": "1 GB", "retailPrice": 0.005, "armRegionName": "Global"}, "lb.data/standard 0.005 GB"},
		"a cluster":          {map[string]any{"serviceName": "Azure Kubernetes Service", "productName": "Azure Kubernetes Service", "skuName": "Standard", "meterName": "Standard Uptime SLA", "retailPrice": 0.1}, "aks.cluster/standard 0.1 hour"},
		"a blob":             {map[string]any{"serviceName": "Storage", "productName": "General Block Blob v2", "skuName": "Hot LRS", "meterName": "Hot LRS Data Stored", "unitOfMeasure": "1 GB/Month", "retailPrice": 0.0208}, "storage.blob/hot/LRS 0.0208 GB-month"},
		"writes of a blob":   {map[string]any{"serviceName": "Storage", "productName": "General Block Blob v2", "skuName": "Hot LRS", "meterName": "Hot LRS Write Operations", "unitOfMeasure": "10K", "retailPrice": 0.055}, "storage.blob.writes/hot/LRS 0.0000055 request"},
		"a host":             {map[string]any{"productName": "Dasv5 Series Dedicated Host", "armSkuName": "Dasv5-Type1"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := json.Marshal(azureLike(t, test.values))
			if err != nil {
				t.Fatal(err)
			}
			var item azureItem
			if err := json.Unmarshal(raw, &item); err != nil {
				t.Fatal(err)
			}
			found, got := finds{}, ""
			err = found.addAzure(*item.Service, item, today)
			for _, p := range found.prices() {
				got += p.Key + " " + p.USD.String() + " " + p.Unit
			}
			if err != nil || got != test.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// A row that lacks what prices are told apart by is not skipped: the list has changed.
func TestAzureItemThatLacksAField(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"armRegionName", "retailPrice", "tierMinimumUnits", "productName", "skuName", "meterName", "type", "unitOfMeasure", "currencyCode", "effectiveStartDate"} {
		item := azureLike(t, nil)
		delete(item, name)
		raw, err := json.Marshal(item)
		if err != nil {
			t.Fatal(err)
		}
		var parsed azureItem
		if err := json.Unmarshal(raw, &parsed); err != nil {
			t.Fatal(err)
		}
		var shape *shapeError
		if err := (finds{}).addAzure("Virtual Machines", parsed, today); !errors.As(err, &shape) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestAzureNext(t *testing.T) {
	t.Parallel()
	link := "https://prices.azure.com:443/api/retail/prices?$skip=100"
	for name, test := range map[string]struct {
		items int
		named bool
		link  *string
		want  string
	}{
		"a link":                {100, true, &link, "$skip=100"},
		"the end":               {11, true, nil, ""},
		"nothing said":          {100, false, nil, "%24filter=x&%24skip=300"},
		"nothing said, nothing": {0, false, nil, ""},
	} {
		got, err := azureNext(url.Values{"$filter": {"x"}, "$skip": {"200"}}, test.items, test.named, test.link)
		if err != nil || got != test.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
