package cost

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

// The units of prices and of the quantities they are multiplied with. Importers
// bring what a provider writes ("Hrs", "1 Hour", "1k requests", "GiBps-mo") to
// these, dividing the price where the provider's unit is a multiple; a component
// whose mapping counts in another unit than its price is not priced.
const (
	UnitHour         = "hour"
	UnitMonth        = "month"
	UnitGB           = "GB"
	UnitGBMonth      = "GB-month"
	UnitIOPSMonth    = "IOPS-month"
	UnitMiBpsMonth   = "MiBps-month"
	UnitLCUHour      = "LCU-hour"
	UnitRequest      = "request"
	UnitGBSecond     = "GB-second"
	UnitVCPUHour     = "vCPU-hour"
	UnitGBHour       = "GB-hour"
	UnitCapacityHour = "unit-hour" // of a provider's own unit of capacity, such as DynamoDB's
)

var units = []string{UnitHour, UnitMonth, UnitGB, UnitGBMonth, UnitIOPSMonth, UnitMiBpsMonth, UnitLCUHour,
	UnitRequest, UnitGBSecond, UnitVCPUHour, UnitGBHour, UnitCapacityHour}

// Global is the region of what has the same price everywhere.
const Global = "global"

// Price is a list price of one unit of something in a region.
type Price struct {
	Provider string // "aws", "gcp", "azure", "hetzner" or "sandbox"
	Region   string // as the provider writes it, or Global
	Key      string // canonical, such as "ec2.instance/m5.large/linux/shared"
	Unit     string // one of the units above
	SKU      string // the provider's own number, where it is known
	USD      decimal.Decimal
	// The part of a month's usage, in Unit, that this price is for: from TierStart
	// up to TierEnd. A TierEnd of zero is without end.
	TierStart, TierEnd decimal.Decimal
}

// Snapshot is a price list of one provider as one source published it.
type Snapshot struct {
	Provider  string
	Source    string // where it is from, with its licence
	Published time.Time
	// Imported lists were read from the provider after the program was made: whatever
	// their dates, they stand above those that came with it.
	Imported bool
	Prices   []Price
}

// SHA256 is the hash of a list's prices, in hex: two lists with the same differ in
// nothing that counts. It depends on their order.
func (s Snapshot) SHA256() string {
	h := sha256.New()
	for _, p := range s.Prices {
		fmt.Fprintf(h, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Region, p.Key, p.Unit, p.SKU, p.USD, p.TierStart, p.TierEnd)
	}
	return hex.EncodeToString(h.Sum(nil))
}
