package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/cloud-engine/cloudengine/internal/cost"
)

// A machine where no region is said.
const costPlan = `{"format_version":"1.2","resource_changes":[
	{"address":"aws_instance.web","mode":"managed","type":"aws_instance","name":"web","change":{"actions":["create"],"before":null,"after":{"instance_type":"m5.large"}}},
	{"address":"aws_s3_bucket.logs","mode":"managed","type":"aws_s3_bucket","name":"logs","change":{"actions":["create"],"before":null,"after":{}}}]}`

func TestCost(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"plan.json": costPlan, "state.json": `{"version":4,"resources":[]}`, "broken.json": `{"format_version`,
		"shown.json": `{"format_version":"1.0","terraform_version":"1.11.4","values":{"root_module":{}}}`, "changes.json": `{"format_version":"1.2","resource_changes":{}}`,
		"failed.json": `{"format_version":"1.2","resource_changes":[],"errored":true,"complete":false}`, "part.json": `{"format_version":"1.2","resource_changes":[
			{"address":"aws_vpc.x","mode":"managed","type":"aws_vpc","name":"x","change":{"actions":["create"],"before":null,"after":{}}}],"complete":false}`,
		"typo.json": `{"aws_s3_bucket.log":{"storage":100}}`, "usage.json": `{"aws_s3_bucket.logs":{"storage":100}}`, "wrong.json": `{"aws_s3_bucket.logs":{"gigabytes":100}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, tc := range map[string]struct {
		args string
		code int
		says []string
	}{
		"no region":             {"plan.json", 0, []string{"region unknown", "not priced: 0 of 2 resources priced"}},
		"a region":              {"plan.json --region us-east-1", 0, []string{"+$70.88/month (+$0.097/hour), 2 of 2 resources priced", "region us-east-1: the plan names none", "8 GB gp2 root volume assumed"}},
		"with usage":            {"--usage DIR/usage.json plan.json --region us-east-1", 0, []string{"+$73.18/month"}}, // 70.88 + 100 × 0.023
		"usage of nothing":      {"--usage DIR/typo.json plan.json --region us-east-1", 0, []string{"+$70.88/month", "typo.json: not in this plan, and in no sum: aws_s3_bucket.log\n"}},
		"an unreal region":      {"plan.json --region us-moon-1", 1, []string{"--region: no price list has a region us-moon-1", "of aws: us-east-1"}},
		"the same as JSON":      {"plan.json --json --region us-moon-1", 1, []string{"no price list has a region us-moon-1"}},
		"a state as shown":      {"shown.json", 1, []string{"not a plan", "it is a state"}},
		"changes that are none": {"changes.json", 1, []string{"not a plan", "no list"}},
		"a plan that failed":    {"failed.json", 1, []string{"failed.json: Terraform failed while it made this plan"}},
		"a part of a plan":      {"part.json", 0, []string{"$0.00/month", "the plan is not complete"}},
		"a state":               {"state.json", 1, []string{"not a plan", "terraform show -json"}},
		"broken":                {"broken.json", 1, []string{"not a plan"}},
		"no such file":          {"nothing.json", 1, []string{"nothing.json"}},
		"usage that is wrong":   {"plan.json --usage DIR/wrong.json", 1, []string{"wrong.json", `no usage "gigabytes"`, "requests_tier1"}},
		"nothing":               {"", 2, []string{"usage: cloudengine cost"}},
		"too much":              {"plan.json plan.json", 2, []string{"usage:"}},
		"a strange flag":        {"plan.json --yaml", 2, []string{"usage:"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := []string{"cost"}
			for _, arg := range strings.Fields(tc.args) {
				arg = strings.ReplaceAll(arg, "DIR", dir)
				if strings.HasSuffix(arg, ".json") && !filepath.IsAbs(arg) {
					arg = filepath.Join(dir, arg)
				}
				args = append(args, arg)
			}
			var out bytes.Buffer
			err := run(t.Context(), args, environment(nil), &out)
			code := 0
			if err != nil {
				code = exitCode(err)
				out.WriteString(publicText(err))
			}
			if code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			for _, part := range tc.says {
				if !strings.Contains(out.String(), part) {
					t.Errorf("it does not say %q:\n%s", part, out.String())
				}
			}
		})
	}
}

func TestCostAsJSON(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(name, []byte(costPlan), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"cost", "--json", "--region=us-east-1", name}, environment(nil), &out); err != nil {
		t.Fatal(err)
	}
	var e cost.Estimate
	if err := json.Unmarshal(out.Bytes(), &e); err != nil || e.Monthly.After.String() != "70.88" || e.Priced != 2 || len(e.Resources) != 2 {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// A database that does not answer is no reason to go without an estimate.
func TestCostWithoutItsDatabase(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "plan.json")
	if err := os.WriteFile(name, []byte(costPlan), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	env := environment(map[string]string{"DATABASE_URL": "postgres://nobody:hunter2@127.0.0.1:1/none"})
	if err := run(t.Context(), []string{"cost", name, "--region", "us-east-1"}, env, &out); err != nil || !strings.Contains(out.String(), "+$70.88/month") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// Where there is a database its prices count.
func TestCostWithTheDatabasesPrices(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	name := filepath.Join(t.TempDir(), "plan.json")
	d.must(os.WriteFile(name, []byte(costPlan), 0o600))
	price := func(key, unit string, usd int64) cost.Price {
		return cost.Price{Provider: "aws", Region: "us-east-1", Key: key, Unit: unit, USD: decimal.NewFromInt(usd)}
	}
	d.must(d.store.LoadPrices(d.ctx, []cost.Snapshot{{Provider: "aws", Source: "a test", Published: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Prices: []cost.Price{
		price("ec2.instance/m5.large/linux/shared", cost.UnitHour, 1), price("ebs.storage/gp2", cost.UnitGBMonth, 2),
	}}}))
	out, err := d.run("cost", name, "--region", "us-east-1")
	if err != nil || !strings.Contains(out, "+$746.00/month") || !strings.Contains(out, "prices of 2026-11-01") { // 730 × 1 + 8 × 2
		t.Errorf("%v\n%s", err, out)
	}
}
