package worker

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/mask"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/rego"
)

// What an estimate repeats of a plan is masked, wherever it stands.
func TestEstimateIsMasked(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-hunter2"
	e := cost.Estimate{Resources: []cost.Resource{{
		Address: `aws_x.y["` + secret + `"]`, Region: secret, Assumptions: []string{"it is " + secret},
		Components: []cost.Component{{Label: "Machine " + secret, State: cost.NotPriced, Reason: "no price of " + secret}},
	}}}
	hideIn(&e, mask.New([]string{secret}))
	raw, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(raw); strings.Contains(text, secret) || strings.Count(text, mask.Hidden) != 5 {
		t.Errorf("the estimate: %s", text)
	}
}

// An estimator that panics, here for want of any price lists, is no fault of the plan.
func TestEstimatorFails(t *testing.T) {
	t.Parallel()
	w := New(Options{Logger: slog.New(slog.DiscardHandler)})
	got := w.estimate(t.Context(), orchestrator.PlanTask{}, []byte("{}"), nil)
	if got.Estimate != nil || got.Failed != "the estimator failed" {
		t.Errorf("%+v", got)
	}
}

// An estimate is of the stack's region and counts what the project says it uses: by
// hand 100 × 0.023 = 2.3 for a bucket.
func TestEstimateCountsTheUsage(t *testing.T) {
	t.Parallel()
	book, err := cost.SeedBook()
	if err != nil {
		t.Fatal(err)
	}
	used, err := cost.ParseUsage([]byte(`{"aws_s3_bucket": {"storage": 100}}`))
	if err != nil {
		t.Fatal(err)
	}
	task := orchestrator.PlanTask{Session: rego.Session{Region: "us-east-1"}, Usage: used}
	const plan = `{"format_version":"1.2","resource_changes":[{"address":"aws_s3_bucket.x","mode":"managed","type":"aws_s3_bucket","name":"x","change":{"actions":["create"],"after":{}}}]}`
	e, err := cost.FromPlan([]byte(plan), estimateOptions(task, book, time.Now()))
	if err != nil || e.Monthly.After.String() != "2.3" {
		t.Errorf("%v, %+v", err, e)
	}
}
