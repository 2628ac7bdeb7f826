package cost

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// Usage is what usage-based components use in a month: by a resource's address or
// by its type, then by the component's id, in the component's unit. What an address
// says stands above what its type says.
type Usage map[string]map[string]decimal.Decimal

// ParseUsage reads a usage file, such as
//
//	{"aws_s3_bucket": {"storage": 100}, "aws_s3_bucket.logs": {"storage": 2500}}
//
// and refuses words that no component has: what is misspelt would be left out.
func ParseUsage(raw []byte) (Usage, error) {
	m, err := embedded()
	if err != nil {
		return nil, err
	}
	u, err := readUsage(raw)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(u)) {
		t := m.types[typeOf(name)]
		if t == nil {
			return nil, fmt.Errorf("%q is neither a resource type that can be estimated nor the address of such a resource", name)
		}
		for _, id := range slices.Sorted(maps.Keys(u[name])) {
			if !slices.Contains(t.usageIDs(), id) {
				return nil, fmt.Errorf("%s has no usage %q: %s", name, id, words(t.usageIDs()))
			}
			if q := u[name][id]; q.IsNegative() || q.Exponent() > maxExponent || q.Exponent() < -maxExponent || q.GreaterThan(mostUsed) {
				return nil, fmt.Errorf("%s, %s: the quantity is out of range", name, id)
			}
		}
	}
	return u, nil
}

// readUsage reads the numbers; null is none.
func readUsage(raw []byte) (Usage, error) {
	var file map[string]map[string]*decimal.Decimal
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("%s: %s", usageRule, where(raw, err))
	}
	u := Usage{}
	for _, name := range slices.Sorted(maps.Keys(file)) {
		if file[name] == nil {
			return nil, fmt.Errorf("%s: %s has none", usageRule, name)
		}
		u[name] = map[string]decimal.Decimal{}
		for _, id := range slices.Sorted(maps.Keys(file[name])) {
			if file[name][id] == nil {
				return nil, fmt.Errorf("%s: %s of %s is none", usageRule, id, name)
			}
			u[name][id] = *file[name][id]
		}
	}
	return u, nil
}

// Bounds of the quantities of a usage file: nobody uses more, and arithmetic on
// 1e999999999 would take all memory.
const maxExponent = 15

var mostUsed = decimal.New(1, maxExponent)

const usageRule = `a usage file is JSON with numbers by resource and component, such as {"aws_s3_bucket": {"storage": 100}}`

// where tells in which line JSON ends to be what was expected, if that is known.
func where(raw []byte, err error) string {
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	offset := int64(-1)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &mismatch):
		offset = mismatch.Offset
	}
	if offset < 0 || offset > int64(len(raw)) {
		return "a quantity is no number"
	}
	return fmt.Sprintf("it is not in line %d", 1+bytes.Count(raw[:offset], []byte("\n")))
}

// JSON writes the usage as ParseUsage reads it, on as few lines as indent asks for:
// none where it is empty. Names are in order.
func (u Usage) JSON(indent string) string {
	plain := map[string]map[string]json.Number{}
	for name, parts := range u {
		plain[name] = map[string]json.Number{}
		for id, q := range parts {
			plain[name][id] = json.Number(q.String())
		}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	_ = e.Encode(plain) // texts and numbers can be written, and a Buffer takes everything
	return strings.TrimSpace(out.String())
}

func words(ids []string) string {
	if len(ids) == 0 {
		return "nothing of it depends on use"
	}
	return "it has " + strings.Join(ids, ", ")
}

// Unmatched are the addresses that no resource of an estimate has, in order: what they
// use is in no sum.
func (u Usage) Unmatched(e Estimate) (addresses []string) {
	there := map[string]bool{}
	for _, r := range e.Resources {
		there[r.Address] = true
	}
	for _, name := range slices.Sorted(maps.Keys(u)) {
		if strings.Contains(name, ".") && !there[printable(name)] {
			addresses = append(addresses, printable(name))
		}
	}
	return addresses
}

// typeOf is the resource type of an address, or of a type itself.
func typeOf(name string) string {
	parts := strings.Split(withoutIndexes(name), ".")
	if len(parts) == 1 {
		return name
	}
	return parts[len(parts)-2]
}

// of is what a part of a resource uses, if that is said. What a replacement left
// behind is not in use.
func (u Usage) of(c *change, id string) *decimal.Decimal {
	if c.Deposed != "" {
		return nil
	}
	for _, name := range []string{c.Address, c.Type} {
		if q, ok := u[name][id]; ok {
			return &q
		}
	}
	return nil
}
