package terraform_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

const ten = `resource "terraform_data" "r" {
  count = 10
  input = "value"
}`

// BenchmarkPlan is a plan of ten resources, beside the bare commands.
func BenchmarkPlan(b *testing.B) {
	bin := mustFind(b)
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			d := mustDir(b, map[string]string{"main.tf": ten})
			bare(b, d, bin, "init -input=false")
			bare(b, d, bin, "plan -input=false -out=plan.tfplan")
			bare(b, d, bin, "show -json plan.tfplan")
		}
	})
	b.Run("engine", func(b *testing.B) {
		for b.Loop() {
			d := mustDir(b, map[string]string{"main.tf": ten})
			mustPlan(b, d, terraform.PlanOptions{})
		}
	})
}

// BenchmarkApply is an apply of ten resources until its end is known, beside
// the bare command.
func BenchmarkApply(b *testing.B) {
	bin := mustFind(b)
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			d, _ := mustPrepare(b, ten)
			b.StartTimer()
			bare(b, d, bin, "apply -input=false plan.tfplan")
		}
	})
	b.Run("engine", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			d, spec := mustPrepare(b, ten)
			b.StartTimer()
			mustStart(b, d, spec)
			mustFollow(b, d, 0, nil)
		}
	})
}

func bare(b *testing.B, d terraform.Dir, bin terraform.Binary, args string) {
	b.Helper()
	cmd := exec.Command(bin.Path, strings.Fields(args)...)
	cmd.Dir = d.Path()
	for k, v := range terraform.Environment(d, nil) {
		if k != "TMPDIR" {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("terraform %s: %v\n%s", args, err, out)
	}
}

// BenchmarkFollow is the time from a written line to its delivery.
func BenchmarkFollow(b *testing.B) {
	d := mustDir(b, nil)
	free := holdLock(b, d)
	out, err := os.Create(d.File(terraform.OutputFile))
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	lines, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- d.Follow(b.Context(), 0, func([]byte, int64) error {
			lines <- struct{}{}
			return nil
		})
	}()
	line := []byte(`{"@level":"info","@message":"terraform_data.r[0]: Creating...","type":"apply_start"}` + "\n")
	for b.Loop() {
		if _, err := out.Write(line); err != nil {
			b.Fatal(err)
		}
		<-lines
	}
	free()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}
