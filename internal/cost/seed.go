package cost

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/shopspring/decimal"
)

//go:generate go run ./seedgen prices.tsv.gz

// The list prices that the program carries, made by seedgen from figures whose
// sources and licences they name; see docs/costs.md.
//
//go:embed prices.tsv.gz
var listPrices []byte

// What the sandbox is said to cost, by invention.
//
//go:embed sandbox.tsv
var sandboxPrices string

var readSeed = sync.OnceValues(func() ([]Snapshot, error) {
	z, err := gzip.NewReader(bytes.NewReader(listPrices))
	if err != nil {
		return nil, fmt.Errorf("embedded price list: %w", err)
	}
	snapshots, err := readSnapshots(io.MultiReader(z, strings.NewReader(sandboxPrices)))
	if err != nil {
		return nil, fmt.Errorf("embedded price list: %w", err)
	}
	return snapshots, nil
})

// Seed is the embedded price list: estimates work without a network. Each snapshot
// names its source and licence. Callers must not change it.
func Seed() ([]Snapshot, error) { return readSeed() }

// SeedBook is the book of the embedded price list alone.
var SeedBook = sync.OnceValues(func() (*Book, error) {
	snapshots, err := Seed()
	if err != nil {
		return nil, err
	}
	return NewBook(snapshots...), nil
})

// readSnapshots reads lines of text, with tabs between fields:
//
//	=provider	2026-07-20	source		begins a snapshot
//	@region another-region			the regions of the prices that follow
//	key	unit	usd	[tier start	[tier end	[sku]]]
func readSnapshots(r io.Reader) ([]Snapshot, error) {
	var out []Snapshot
	var regions []string
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		fields := strings.Split(line, "\t")
		switch {
		case line[:min(1, len(line))] == "=" && len(fields) == 3:
			published, err := time.Parse(time.DateOnly, fields[1])
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			out = append(out, Snapshot{Provider: fields[0][1:], Published: published, Source: fields[2]})
		case line[:min(1, len(line))] == "@":
			regions = strings.Fields(line[1:])
		case len(out) > 0 && len(regions) > 0:
			p, err := readPrice(fields)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			last := &out[len(out)-1]
			p.Provider = last.Provider
			for _, p.Region = range regions {
				last.Prices = append(last.Prices, p)
			}
		default:
			return nil, fmt.Errorf("line %d is out of place", n)
		}
	}
	return out, lines.Err()
}

func readPrice(fields []string) (p Price, err error) {
	if len(fields) < 3 || len(fields) > 6 {
		return p, fmt.Errorf("%d fields", len(fields))
	}
	p.Key, p.Unit = fields[0], fields[1]
	for i, into := range []*decimal.Decimal{&p.USD, &p.TierStart, &p.TierEnd} {
		if len(fields) <= i+2 || fields[i+2] == "" {
			continue
		}
		if *into, err = decimal.NewFromString(fields[i+2]); err != nil {
			return p, err
		}
	}
	if !p.USD.IsPositive() {
		return p, fmt.Errorf("%s costs %s", p.Key, p.USD)
	}
	if len(fields) == 6 {
		p.SKU = fields[5]
	}
	return p, nil
}
