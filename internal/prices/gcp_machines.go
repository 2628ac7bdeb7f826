package prices

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// shape is a series of machine types: so much memory for each vCPU.
type shape struct {
	family, series string
	gib            string // per vCPU
	sizes          string // in vCPUs
}

// shapes are the predefined machine types that cost what their cores and memory do:
// https://cloud.google.com/compute/docs/machine-resource. Those with a local disk or an
// accelerator, and those for large memory, are not among them.
var shapes = []shape{
	{"e2", "standard", "4", "2 4 8 16 32"}, {"e2", "highmem", "8", "2 4 8 16"}, {"e2", "highcpu", "1", "2 4 8 16 32"},
	{"n1", "standard", "3.75", "1 2 4 8 16 32 64 96"}, {"n1", "highmem", "6.5", "2 4 8 16 32 64 96"}, {"n1", "highcpu", "0.9", "2 4 8 16 32 64 96"},
	{"n2", "standard", "4", "2 4 8 16 32 48 64 80 96 128"}, {"n2", "highmem", "8", "2 4 8 16 32 48 64 80 96"}, {"n2", "highcpu", "1", "2 4 8 16 32 48 64 80 96"},
	{"n2d", "standard", "4", "2 4 8 16 32 48 64 80 96 128 224"}, {"n2d", "highmem", "8", "2 4 8 16 32 48 64 80 96"}, {"n2d", "highcpu", "1", "2 4 8 16 32 48 64 80 96 128 224"},
	{"n4", "standard", "4", "2 4 8 16 32 48 64 80"}, {"n4", "highmem", "8", "2 4 8 16 32 48 64 80"}, {"n4", "highcpu", "2", "2 4 8 16 32 48 64 80"},
	{"c2", "standard", "4", "4 8 16 30 60"},
	{"c2d", "standard", "4", "2 4 8 16 32 56 112"}, {"c2d", "highmem", "8", "2 4 8 16 32 56 112"}, {"c2d", "highcpu", "2", "2 4 8 16 32 56 112"},
	{"c3", "standard", "4", "4 8 22 44 88 176"}, {"c3", "highmem", "8", "4 8 22 44 88 176"}, {"c3", "highcpu", "2", "4 8 22 44 88 176"},
	{"c3d", "standard", "4", "4 8 16 30 60 90 180 360"}, {"c3d", "highmem", "8", "4 8 16 30 60 90 180 360"}, {"c3d", "highcpu", "2", "4 8 16"},
	{"c4", "standard", "3.75", "4 8 16 24 32 48 96 144 192 288"}, {"c4", "highmem", "7.75", "4 8 16 24 32 48 96 144 192 288"}, {"c4", "highcpu", "2", "2 4 8 16 24 32 48 96 144 192 288"},
	{"c4a", "standard", "4", "1 2 4 8 16 32 48 64 72"}, {"c4a", "highmem", "8", "1 2 4 8 16 32 48 64 72"}, {"c4a", "highcpu", "2", "1 2 4 8 16 32 48 64 72"},
	{"t2d", "standard", "4", "1 2 4 8 16 32 48 60"}, {"t2a", "standard", "4", "1 2 4 8 16 32 48"},
}

// odd are machine types that fit no series, with their billed vCPUs and memory in GiB.
var odd = []struct{ name, family, vcpus, gib string }{
	{"e2-micro", "e2", "0.25", "1"}, {"e2-small", "e2", "0.5", "2"}, {"e2-medium", "e2", "1", "4"},
	{"n2-highmem-128", "n2", "128", "864"}, {"c4-standard-2", "c4", "2", "7"}, {"c4-highmem-2", "c4", "2", "15"},
	{"c3d-highcpu-30", "c3d", "30", "59"}, {"c3d-highcpu-60", "c3d", "60", "118"}, {"c3d-highcpu-90", "c3d", "90", "177"},
	{"c3d-highcpu-180", "c3d", "180", "354"}, {"c3d-highcpu-360", "c3d", "360", "708"},
}

// machines are the prices of machine types where their cores and memory both have one.
func machines(cores, ram []cost.Price) []cost.Price {
	type place struct{ region, family string }
	memory := map[place][]cost.Price{}
	for _, p := range ram {
		at := place{p.Region, strings.TrimPrefix(p.Key, ramKey)}
		memory[at] = append(memory[at], p)
	}
	var list []cost.Price
	for _, core := range cores {
		family := strings.TrimPrefix(core.Key, coreKey)
		// Where one of both is ambiguous, so is what is made of them.
		for _, gib := range memory[place{core.Region, family}] {
			add := func(name string, vcpus, size decimal.Decimal) {
				list = append(list, cost.Price{
					Provider: "gcp", Region: core.Region, Key: "compute.instance/" + name, Unit: cost.UnitHour, SKU: core.SKU + "+" + gib.SKU,
					USD: core.USD.Mul(vcpus).Add(gib.USD.Mul(size)),
				})
			}
			for _, s := range shapes {
				if s.family != family {
					continue
				}
				for size := range strings.FieldsSeq(s.sizes) {
					vcpus := decimal.RequireFromString(size)
					add(fmt.Sprintf("%s-%s-%s", s.family, s.series, size), vcpus, vcpus.Mul(decimal.RequireFromString(s.gib)))
				}
			}
			for _, o := range odd {
				if o.family == family {
					add(o.name, decimal.RequireFromString(o.vcpus), decimal.RequireFromString(o.gib))
				}
			}
		}
	}
	return list
}
