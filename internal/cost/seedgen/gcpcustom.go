package main

import (
	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// gcpCustom works the prices of a vCPU and of a GiB of custom n1 machines back from
// two of them, of 1 vCPU with 7.5 GiB and of 2 with 10. The figures have no others
// of custom machines, and count all memory at the regular price.
func (l *list) gcpCustom(table, sources []map[string]string) error {
	const smaller, larger = "custom-1-7680-ext", "custom-2-10240-ext"
	found := map[string]map[string]string{} // by machine type and region
	for _, r := range table {
		if r["provider"] == "gcp" && (r["instance_type"] == smaller || r["instance_type"] == larger) {
			found[r["instance_type"]+r["region"]] = r
		}
	}
	two := decimal.NewFromInt(2)
	for _, r := range table {
		other := found[larger+r["region"]]
		if r["provider"] != "gcp" || r["instance_type"] != smaller || other == nil {
			continue
		}
		small, large := number(r["linux_hourly_usd"]), number(other["linux_hourly_usd"])
		gib := two.Mul(small).Sub(large).Div(decimal.NewFromInt(5)) // 2 * 7.5 - 10
		vcpu := small.Sub(gib.Mul(decimal.RequireFromString("7.5")))
		for _, s := range sources {
			if s["source_id"] != r["source_id"] {
				continue
			}
			from := source(s["repo"], s["path"], s["commit"], s["licence"])
			for _, p := range []cost.Price{{Key: "compute.core/n1-custom", Unit: cost.UnitVCPUHour, USD: vcpu}, {Key: "compute.ram/n1-custom", Unit: cost.UnitGBHour, USD: gib}} {
				p.Provider, p.Region = "gcp", r["region"]
				if err := l.add(s["data_date"], from, p); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
