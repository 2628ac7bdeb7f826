package cost

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
)

// What is free for an account as a whole is given to no resource of it, and that is
// said: ten functions do not have ten million requests for nothing.
func TestFreeTierOfAnAccount(t *testing.T) {
	t.Parallel()
	tier := func(usd, start, end string) Price {
		p := price("aws", "us-east-1", "lambda.requests", UnitRequest, usd)
		p.TierStart, p.TierEnd = decimal.RequireFromString(start), decimal.RequireFromString(end)
		return p
	}
	book := smallBook(tier("0", "0", "1000000"), tier("0.5", "1000000", "2000000"), tier("0.25", "2000000", "0"),
		price("aws", "us-east-1", "lambda.duration/x86_64", UnitGBSecond, "1"))
	plan := planOf("us-east-1", created("aws_lambda_function", "f", obj{}))

	r := resourceAt(t, estimate(t, plan, Options{Book: book}), "aws_lambda_function.f")
	if c := r.Components[0]; c.State != UsageCost || c.Price.String() != "0.5" {
		t.Errorf("without usage: %+v", c)
	}
	if !slices.Equal(r.Assumptions, []string{noFreeTier}) {
		t.Errorf("assumptions: %q", r.Assumptions)
	}

	u, err := ParseUsage([]byte(`{"aws_lambda_function.f": {"requests": 3000000}}`))
	if err != nil {
		t.Fatal(err)
	}
	r = resourceAt(t, estimate(t, plan, Options{Book: book, Usage: u}), "aws_lambda_function.f")
	if want := calculate(t, "2000000 * 0.5 + 1000000 * 0.25"); !r.Monthly.After.Equal(want) {
		t.Errorf("%s, want %s", r.Monthly.After, want)
	}
}

// A list that has nothing but zeros has no price, of usage neither.
func TestUsageAtNothingIsNotPriced(t *testing.T) {
	t.Parallel()
	book := smallBook(price("aws", "us-east-1", "lambda.requests", UnitRequest, "0"))
	r := resourceAt(t, estimate(t, planOf("us-east-1", created("aws_lambda_function", "f", obj{})), Options{Book: book}), "aws_lambda_function.f")
	if c := r.Components[0]; c.State != NotPriced || c.Price != nil {
		t.Errorf("%+v", c)
	}
}
