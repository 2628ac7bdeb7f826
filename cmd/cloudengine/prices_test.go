package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cloud-engine/cloudengine/internal/prices"
)

// An import from the recorded rows of Azure, beside the embedded list; the same with a
// machine for nothing is refused, and the command says so by its exit code too.
func TestPrices(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	recorded, err := os.ReadFile("../../internal/prices/testdata/azure_retail_prices.json")
	d.must(err)
	answer := string(recorded)
	lists := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
	t.Cleanup(lists.Close)
	d.env["CLOUDENGINE_PRICES_AZURE_URL"] = lists.URL

	out, err := d.run("prices", "import", "azure", "--region", "francecentral")
	if err != nil || !strings.Contains(out, "2 prices of azure are in use") {
		t.Fatalf("%s, %v", out, err)
	}
	book, err := d.store.PriceBook(d.ctx)
	d.must(err)
	list, err := book.Find("azure", "francecentral", "vm/Standard_D2as_v5/linux")
	if err != nil || list[0].USD.String() != "0.101" {
		t.Errorf("got %v, %v", list, err)
	}
	if _, err := book.Find("aws", "us-east-1", "nat.hours"); err != nil {
		t.Errorf("the embedded list is not beneath: %v", err)
	}

	answer = strings.ReplaceAll(answer, `"retailPrice": 0.101`, `"retailPrice": 0`)
	out, err = d.run("prices", "import", "azure", "--region", "francecentral")
	if exitCode(err) != 1 || !strings.Contains(out, "was refused. The prices before stay in use") || !strings.Contains(out, "machines cost nothing") {
		t.Errorf("%s, %v", out, err)
	}
	out, err = d.run("prices", "list")
	for _, part := range []string{"aws: those that came with the program, the oldest of ", "azure: 2 prices imported on ", " (today), published on ",
		" of francecentral was refused, and these stay in use: machines cost nothing (1 of ", "DAYS OLD", "azure", "current", "refused", "francecentral", "Azure Retail Prices API", "embedded", "machines cost nothing"} {
		if err != nil || !strings.Contains(out, part) {
			t.Errorf("the list lacks %q, %v:\n%s", part, err, out)
		}
	}
	// What has really changed is taken when somebody says so, and not before.
	answer = strings.ReplaceAll(string(recorded), `"retailPrice": 0.1`, `"retailPrice": 0.2`)
	if out, err = d.run("prices", "import", "azure", "--region", "francecentral"); exitCode(err) != 1 || !strings.Contains(out, "--accept-changes") {
		t.Errorf("%s, %v", out, err)
	}
	if out, err = d.run("prices", "import", "azure", "--region", "francecentral", "--accept-changes"); err != nil || !strings.Contains(out, "2 prices of azure are in use") {
		t.Errorf("%s, %v", out, err)
	}
	if _, err := d.run("prices", "import", "gcp"); err == nil || !strings.Contains(err.Error(), "CLOUDENGINE_PRICES_GCP_KEY") {
		t.Errorf("without a key: %v", err)
	}
}

func TestBadPricesLines(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"prices"}, {"prices", "import"}, {"prices", "import", "ovh"}, {"prices", "import", "aws", "now"}, {"prices", "list", "all"}, {"prices", "import", "aws", "--force"}} {
		if err := run(t.Context(), args, environment(nil), nil); exitCode(err) != 2 {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestProgressBar(t *testing.T) {
	t.Parallel()
	p := prices.Progress{Part: "AmazonEC2/eu-west-1", Done: 5, Parts: 10, Prices: 1234}
	if got := barLine(p, 80); got != "[############------------] 5 of 10, 1234 prices, AmazonEC2/eu-west-1" {
		t.Errorf("got %s", got)
	}
	for _, width := range []int{0, 1, 30} {
		if got := barLine(p, width); utf8.RuneCountInString(got) > max(width-1, 0) {
			t.Errorf("%d: %q", width, got)
		}
	}
	if got := barLine(prices.Progress{}, 80); !strings.HasPrefix(got, "[------------------------] 0 of 0") {
		t.Errorf("got %s", got)
	}
}
