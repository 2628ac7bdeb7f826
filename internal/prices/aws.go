package prices

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// aws reads the bulk price list files, as CSV, which can be read a row at a time:
// https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api.html
//
// A part is a service in a region, one file of up to some 300 MB. What is kept of it
// is a few thousand prices.
type aws struct{ fetcher }

func (a *aws) name() string { return "AWS Price List, bulk files" }

// Zones within cities and at carriers have regions of their own in the index.
var awsRegion = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]+$`)

// parts are named SERVICE/REGION.
func (a *aws) parts(ctx context.Context, regions []string) ([]string, error) {
	if len(regions) == 0 {
		index, err := a.index(ctx, awsRules.services()[0])
		if err != nil {
			return nil, err
		}
		for region := range index {
			if awsRegion.MatchString(region) {
				regions = append(regions, region)
			}
		}
		slices.Sort(regions)
	}
	var parts []string
	for _, service := range awsRules.services() {
		for _, region := range regions {
			parts = append(parts, service+"/"+region)
		}
	}
	return parts, nil
}

// index tells the path of a service's price file in each region.
func (a *aws) index(ctx context.Context, service string) (map[string]string, error) {
	var regions map[string]struct {
		URL string `json:"currentVersionUrl"`
	}
	err := a.get(ctx, "/offers/v1.0/aws/"+service+"/current/region_index.json", nil, func(r io.Reader) error {
		d := json.NewDecoder(&pieces{r: r})
		var index struct {
			Version string          `json:"formatVersion"`
			Regions json.RawMessage `json:"regions"`
		}
		if err := d.Decode(&index); err != nil {
			return cut(err)
		}
		if index.Version != awsFormat || json.Unmarshal(index.Regions, &regions) != nil || len(regions) == 0 {
			return changed("the index of %s has format %q, and not regions of %s", service, index.Version, awsFormat)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("index of %s: %w", service, err)
	}
	paths := map[string]string{}
	for region, r := range regions {
		paths[region] = r.URL
	}
	return paths, nil
}

const awsFormat = "v1.0"

// page reads a part, which has one page.
func (a *aws) page(ctx context.Context, part, _ string, want scope) (page, error) {
	service, region, _ := strings.Cut(part, "/")
	index, err := a.index(ctx, service)
	if err != nil {
		return page{}, err
	}
	path, ok := index[region]
	if !ok {
		return page{}, nil // a service that is not in the region has no prices there
	}
	path, ok = strings.CutSuffix(path, ".json")
	if !ok || !strings.HasPrefix(path, "/offers/") {
		return page{}, changed("the index names %q", path)
	}
	var p page
	err = a.get(ctx, path+".csv", nil, func(r io.Reader) error {
		p = page{}
		return readAWS(r, service, region, want.now, &p)
	})
	return p, err
}

func (a *aws) compose(func(string) ([]cost.Price, error)) ([]cost.Price, error) { return nil, nil }

// readAWS reads a price file: five lines about it, a header, and the prices.
func readAWS(r io.Reader, service, region string, now time.Time, p *page) error {
	pieces := &pieces{r: r}
	rows := csv.NewReader(pieces)
	rows.ReuseRecord = true
	rows.FieldsPerRecord = -1
	if err := readAWSHead(rows, service, p); err != nil {
		return err
	}
	header, err := rows.Read()
	if err != nil {
		return broken(err)
	}
	columns := map[string]int{}
	for i, name := range header {
		columns[name] = i
	}
	for _, name := range append(awsRules.fields(service), awsColumns...) {
		if _, ok := columns[name]; !ok {
			return changed("the file of %s in %s has no column %q", service, region, name)
		}
	}
	rows.FieldsPerRecord = len(header)
	found := finds{}
	for {
		pieces.next()
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			p.prices = found.prices()
			return nil
		}
		if err != nil {
			return broken(err)
		}
		if err := found.addAWS(service, region, now, func(name string) string { return row[columns[name]] }); err != nil {
			return err
		}
	}
}

// awsColumns are what every file must have.
var awsColumns = []string{"SKU", "TermType", "EffectiveDate", "StartingRange", "EndingRange", "Unit", "PricePerUnit", "Currency", "Location Type"}

func readAWSHead(rows *csv.Reader, service string, p *page) error {
	head := map[string]string{}
	for range 5 {
		row, err := rows.Read()
		if err != nil {
			return broken(err)
		}
		if len(row) != 2 {
			return changed("the file of %s does not begin with five lines about it", service)
		}
		head[row[0]] = strings.Clone(row[1])
	}
	var err error
	if p.published, err = time.Parse(time.RFC3339, head["Publication Date"]); err != nil || head["FormatVersion"] != awsFormat {
		return changed("the file of %s has format %q and is of %q", service, head["FormatVersion"], head["Publication Date"])
	}
	return nil
}

// broken tells what is left of a file that broke off.
func broken(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (f finds) addAWS(service, region string, now time.Time, field func(string) string) error {
	if field("TermType") != "OnDemand" || field("Currency") != cost.Currency || field("Location Type") != "AWS Region" {
		return nil
	}
	r, keys := awsRules.fit(service, field)
	if r == nil {
		return nil
	}
	if holds, err := effective(field("EffectiveDate"), now); !holds {
		return err
	}
	p := cost.Price{Provider: "aws", Region: region, SKU: strings.Clone(field("SKU"))}
	var err error
	if p.USD, err = decimal.NewFromString(field("PricePerUnit")); err != nil || p.USD.IsNegative() {
		return changed("the price of %s in %s is %q", keys[0], region, field("PricePerUnit"))
	}
	if p.TierStart, err = decimal.NewFromString(field("StartingRange")); err != nil || p.TierStart.IsNegative() {
		return changed("the price of %s in %s holds from %q on", keys[0], region, field("StartingRange"))
	}
	if text := field("EndingRange"); text != "Inf" {
		if p.TierEnd, err = decimal.NewFromString(text); err != nil || !p.TierEnd.GreaterThan(p.TierStart) {
			return changed("the price of %s in %s holds up to %q", keys[0], region, text)
		}
	}
	return f.addEach(r, keys, awsUnits, field("Unit"), p)
}
