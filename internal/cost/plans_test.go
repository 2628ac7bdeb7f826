package cost

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

// Words for plans that tests write themselves.
type (
	obj   map[string]any
	array []any
)

const awsProvider = "registry.terraform.io/hashicorp/aws"

// planOf is a plan of changes, made through an AWS provider in a region.
func planOf(region string, changes ...obj) obj {
	return obj{
		"format_version":   "1.2",
		"resource_changes": changes,
		"configuration": obj{
			"provider_config": obj{"aws": obj{"name": "aws", "full_name": awsProvider, "expressions": obj{"region": obj{"constant_value": region}}}},
			"root_module":     obj{},
		},
	}
}

// changed is a resource's change; before or after may be nil.
func changed(kind, name string, before, after obj, actions ...string) obj {
	c := obj{"actions": actions, "before": nil, "after": nil}
	if before != nil {
		c["before"] = before
	}
	if after != nil {
		c["after"] = after
	}
	return obj{"address": kind + "." + name, "mode": "managed", "type": kind, "name": name, "provider_name": awsProvider, "change": c}
}

func created(kind, name string, after obj) obj {
	return changed(kind, name, nil, after, "create")
}

func (o obj) with(key string, value any) obj {
	out := obj{}
	for k, v := range o {
		out[k] = v
	}
	out[key] = value
	return out
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func estimate(t testing.TB, plan obj, o Options) Estimate {
	t.Helper()
	if o.Book == nil {
		o.Book = seedBook(t)
	}
	e, err := FromPlan(encode(t, plan), o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// machineOf is an EC2 machine with a disk of 10 GB.
func machineOf(kind string) obj {
	return obj{"instance_type": kind, "root_block_device": array{obj{"volume_size": 10, "volume_type": "gp2"}}}
}

func price(provider, region, key, unit, usd string) Price {
	return Price{Provider: provider, Region: region, Key: key, Unit: unit, USD: decimal.RequireFromString(usd)}
}

// smallBook has what tests of the estimate's own arithmetic need.
func smallBook(more ...Price) *Book {
	day := time.Date(2026, 7, 20, 0, 0, 0, 0, time.UTC)
	return NewBook(Snapshot{Provider: "aws", Published: day, Prices: append([]Price{
		price("aws", "us-east-1", "ec2.instance/m5.large/linux/shared", UnitHour, "0.096"),
		price("aws", "us-east-1", "ec2.instance/t3.micro/linux/shared", UnitHour, "0.0104"),
		price("aws", "us-east-1", "ebs.storage/gp2", UnitGBMonth, "0.1"),
		price("aws", "us-west-2", "ec2.instance/m5.large/linux/shared", UnitHour, "0.1"),
		price("aws", "us-west-2", "ebs.storage/gp2", UnitGBMonth, "0.2"),
	}, more...)})
}

func (c Change) String() string {
	return fmt.Sprintf("%s -> %s (%s)", c.Before.Decimal, c.After.Decimal, c.Delta.Decimal)
}

func indent(t testing.TB, v any) string {
	t.Helper()
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw) + "\n"
}
