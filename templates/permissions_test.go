package templates_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// policy is one of AWS, as far as the tests read it.
type policy struct{ Statement []statement }

type statement struct {
	Effect    string
	Action    oneOrMany
	Condition map[string]map[string]any
}

// oneOrMany is how policies write lists.
type oneOrMany []string

func (l *oneOrMany) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		*l = oneOrMany{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(l))
}

func mustPolicy(t *testing.T, file string) (policy, int) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var p policy
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatal(err)
	}
	return p, len(strings.Join(strings.Fields(string(raw)), ""))
}

// AWS takes the policies: at most 6144 characters, not counting white space.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func TestPoliciesAreShortEnough(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"aws/permissions.json", "aws/permissions-boundary.json"} {
		if _, size := mustPolicy(t, file); size > 6144 {
			t.Errorf("%s has %d characters", file, size)
		}
	}
}

// Where the boundary is demanded, no role gets rights without it.
func TestBoundaryHolds(t *testing.T) {
	t.Parallel()
	allowed, _ := mustPolicy(t, "aws/permissions.json")
	denied, _ := mustPolicy(t, "aws/permissions-boundary.json")
	for _, action := range []string{"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"} {
		if !slices.ContainsFunc(allowed.Statement, func(s statement) bool {
			return s.Effect == "Allow" && slices.Contains(s.Action, action)
		}) {
			t.Errorf("%s is not allowed at all", action)
		}
		if !slices.ContainsFunc(denied.Statement, func(s statement) bool {
			return s.Effect == "Deny" && slices.Contains(s.Action, action) && s.Condition["StringNotEquals"]["iam:PermissionsBoundary"] != nil
		}) {
			t.Errorf("%s is not denied without the boundary", action)
		}
	}
}

// The account's other buckets are out of reach.
func TestBucketsAreWithinThePolicy(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("aws/permissions.json")
	if err != nil {
		t.Fatal(err)
	}
	resource := regexp.MustCompile(`"arn:aws:s3:::(.*)\*"`).FindStringSubmatch(string(raw))
	if resource == nil || resource[1] == "" {
		t.Fatalf("the policy is for all buckets: %q", resource)
	}
	plan, err := os.ReadFile("testdata/aws/bucket-minimal.plan")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(plan), `bucket = "`+resource[1]) {
		t.Errorf("the policy is for %s, and the bucket is called otherwise", resource[0])
	}
}
