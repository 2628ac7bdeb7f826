package cost

import (
	"strings"
	"testing"
)

func TestParseUsage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ file, says string }{
		"by type":               {`{"aws_s3_bucket": {"storage": 100.5}}`, ""},
		"by address":            {`{"module.a[\"x.y\"].aws_s3_bucket.logs[0]": {"storage": "2500"}}`, ""},
		"none":                  {`{}`, ""},
		"not JSON":              {`storage: 1`, "a usage file is JSON with numbers by resource and component, such as {\"aws_s3_bucket\": {\"storage\": 100}}: it is not in line 1"},
		"not JSON further down": {"{\n \"aws_s3_bucket\": {\n  \"storage\": 1,\n }\n}", "it is not in line 4"},
		"not of objects":        {"{\n \"aws_s3_bucket\": 5}", "it is not in line 2"},
		"a list":                {`[]`, "it is not in line 1"},
		"a huge quantity":       {`{"aws_s3_bucket": {"storage": 10000000000000001}}`, "out of range"},
		"not numbers":           {`{"aws_s3_bucket": {"storage": "lots"}}`, "a quantity is no number"},
		"null":                  {`{"aws_s3_bucket": {"storage": null}}`, "storage of aws_s3_bucket is none"},
		"null for all":          {`{"aws_s3_bucket": null}`, "aws_s3_bucket has none"},
		"unknown type":          {`{"aws_s3_buckets": {"storage": 1}}`, `"aws_s3_buckets" is neither`},
		"unknown component":     {`{"aws_s3_bucket": {"storrage": 1}}`, `aws_s3_bucket has no usage "storrage": it has requests_tier1, requests_tier2, storage`},
		"nothing by use":        {`{"aws_eip": {"hours": 1}}`, `aws_eip has no usage "hours": nothing of it depends on use`},
		"less than nothing":     {`{"aws_s3_bucket": {"storage": -1}}`, "out of range"},
		"without end":           {`{"aws_s3_bucket": {"storage": 1e9999}}`, "out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ParseUsage([]byte(tc.file))
			if tc.says == "" && err != nil || tc.says != "" && (err == nil || !strings.Contains(err.Error(), tc.says)) {
				t.Errorf("got %v, want it to say %q", err, tc.says)
			}
		})
	}
}

// What is used is in the total; what an address says stands above what its type
// does. By hand: 0.023 a GB, 0.000005 a request; 100 × 0.023 = 2.3 for one bucket,
// 1,000 × 0.023 + 1,000,000 × 0.000005 = 28 for the other.
func TestUsageCountsInTheTotal(t *testing.T) {
	t.Parallel()
	u, err := ParseUsage([]byte(`{"aws_s3_bucket": {"storage": 100}, "aws_s3_bucket.b": {"storage": 1000, "requests_tier1": 1000000}}`))
	if err != nil {
		t.Fatal(err)
	}
	p := planOf("us-east-1", created("aws_s3_bucket", "a", obj{}), created("aws_s3_bucket", "b", obj{}))
	e := estimate(t, p, Options{Usage: u})
	if e.Monthly.String() != "0 -> 30.3 (30.3)" {
		t.Errorf("got %s", e.Monthly)
	}
	if got := states(e.Resources[1]); strings.Join(got, " ") != "priced priced usage" {
		t.Errorf("got %q", got)
	}
	// Beyond the 50 TB that the list has a price of, nothing is known.
	e = estimate(t, p, Options{Usage: Usage{"aws_s3_bucket": {"storage": price("", "", "", "", "60000").USD}}})
	if got := states(e.Resources[0])[0]; got != "not_priced: no list price of so much: s3.storage/standard" {
		t.Errorf("got %q", got)
	}
}
