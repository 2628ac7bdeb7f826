package cost

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/shopspring/decimal"
)

// TestReport prints how exact the estimates of testdata's plans are: each beside
// what was calculated by hand, and, where PRICE_FIGURES names the folder of
// the recorded figures, whether they have every unit price that was used.
func TestReport(t *testing.T) {
	if os.Getenv("CLOUDENGINE_COST_REPORT") == "" {
		t.Skip("make cost-report runs it")
	}
	figures := recorded(t, os.Getenv("PRICE_FIGURES"))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PLAN\tRESOURCE\tBY HAND\tESTIMATE\tDIFFERENCE\tPRICES OF\tUNIT PRICES RECORDED")
	var lines, exact, others int
	for _, h := range hands(t) {
		if h.month == "-" {
			others++
			continue
		}
		e := estimateFile(t, h.provider+"/"+h.plan, Options{})
		r := resourceAt(t, e, h.address)
		want := calculate(t, h.calculation)
		difference := r.Monthly.After.Sub(want)
		lines++
		if difference.IsZero() {
			exact++
		}
		fmt.Fprintf(w, "%s/%s\t%s\t%s\t%s\t%s\t%s\t%s\n", h.provider, h.plan, r.Address, want.StringFixed(4), r.Monthly.After.StringFixed(4), difference, datesOf(t, r), figures.of(r))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\n%d resources calculated by hand, %d estimated to the last decimal; %d more have the states that were expected\n", lines, exact, others)
	if exact != lines {
		t.Errorf("%d differ", lines-exact)
	}
}

// datesOf are when the prices of a resource were published.
func datesOf(t *testing.T, r Resource) string {
	t.Helper()
	dates := map[string]bool{}
	var out []string
	for _, c := range r.Components {
		if c.State != Priced {
			continue
		}
		found, err := seedBook(t).find(c.at.provider, c.at.region, c.at.key)
		if err != nil {
			t.Fatal(err)
		}
		if day := (Date{found.published}).String(); !dates[day] {
			dates[day] = true
			out = append(out, day)
		}
	}
	return strings.Join(out, " ")
}

// figuresOf are the recorded prices, by region: read without any of the rules by
// which the embedded list was made of them.
type figuresOf map[string]map[string]bool

// recorded reads every file of figures of a folder; nil for none.
func recorded(t *testing.T, folder string) figuresOf {
	t.Helper()
	if folder == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.csv*"))
	if err != nil || len(files) == 0 {
		t.Fatal(folder, err)
	}
	all := figuresOf{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		var r io.Reader = f
		if strings.HasSuffix(name, ".gz") {
			if r, err = gzip.NewReader(f); err != nil {
				t.Fatal(err)
			}
		}
		table, err := csv.NewReader(r).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		all.add(table)
		f.Close()
	}
	return all
}

func (f figuresOf) add(table [][]string) {
	at := map[string]int{}
	for i, column := range table[0] {
		at[column] = i
	}
	price, ok := at["price_usd"]
	if !ok {
		if price, ok = at["linux_hourly_usd"]; !ok {
			return
		}
	}
	for _, row := range table[1:] {
		usd, err := decimal.NewFromString(row[price])
		if err != nil {
			continue
		}
		place := row[at["provider"]] + " " + row[at["region"]]
		if f[place] == nil {
			f[place] = map[string]bool{}
		}
		// What a list has by the month, by the thousand, or by the GiB/s.
		for _, per := range []int64{1, 730, 1000, 1024, 10000} {
			f[place][usd.Div(decimal.NewFromInt(per)).String()] = true
		}
	}
}

func (f figuresOf) of(r Resource) string {
	if f == nil {
		return "not looked at"
	}
	n, of := 0, 0
	for _, c := range r.Components {
		if c.State == Priced && c.at.provider != "sandbox" {
			of++
			if f[c.at.provider+" "+c.at.region][c.Price.String()] {
				n++
			}
		}
	}
	return fmt.Sprintf("%d of %d", n, of)
}
