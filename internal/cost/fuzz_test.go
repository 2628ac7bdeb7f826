package cost

import (
	"strings"
	"testing"
	"unicode"
)

// Whatever is called a plan: no panic, the parts are the total, nothing that is
// not priced has a cost, and what is shown is fit for a line of text.
func FuzzFromPlan(f *testing.F) {
	for _, plan := range examples(f) {
		f.Add(encode(f, plan))
	}
	f.Add([]byte(`{"format_version":"1.2","resource_changes":[{"address":"aws_ebs_volume.\u0000","type":"aws_ebs_volume","change":{"actions":["create"],"after":{"size":1e999999999,"type":"\u202e"}}}]}`))
	f.Add([]byte(`{"format_version":"9","resource_changes":[{"type":"aws_instance","change":{"actions":["update"],"before":[],"after":{"root_block_device":{"volume_size":{}}},"after_unknown":[true]}}]}`))
	f.Add([]byte(`{"format_version":"1.0","resource_changes":[{"type":"aws_ecs_service","name":"a","change":{"actions":["create"],"after":{"launch_type":"FARGATE","desired_count":"0x1p9999","task_definition":"x"}}},
		{"type":"aws_ecs_task_definition","name":"x","change":{"actions":["create"],"after":{"arn":"x","cpu":"1e400","memory":"-Inf"}}}]}`))
	book := seedBook(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := FromPlan(raw, Options{Book: book, Region: "us-east-1", Now: testNow})
		if err != nil {
			return
		}
		checkSums(t, e)
		for _, line := range strings.Split(e.Table()+e.Summary(), "\n") {
			if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) && r != ' ' }) {
				t.Errorf("%q", line)
			}
		}
		encode(t, e)
	})
}
