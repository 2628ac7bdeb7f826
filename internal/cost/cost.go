// Package cost says what a Terraform plan costs, from list prices: a plan and a
// price book go in, an estimate comes out. It is pure: it knows no database, no
// network and no Discord, and whoever calls it brings the prices.
//
// A component of a resource is always one of: priced, usage-based, free, or not
// priced with the reason. A price that is missing is never $0.
//
// What each resource type consists of is data: the files of package mapping.
package cost

import "github.com/shopspring/decimal"

// HoursPerMonth is what a month counts in every estimate: 365 × 24 / 12, the
// month of the providers' own calculators.
var HoursPerMonth = decimal.NewFromInt(730)

// Currency is the one that list prices are in.
const Currency = "USD"
