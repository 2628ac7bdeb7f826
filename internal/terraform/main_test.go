package terraform_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

// deadline is generous: nothing here is about speed.
const deadline = 3 * time.Minute

// TestMain makes the test binary what the product's binary is: the supervisor,
// and a bot that starts one.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == terraform.SuperviseCommand {
		os.Exit(terraform.Supervise(os.Args[2]))
	}
	if len(os.Args) == 2 && os.Args[1] == "bot" {
		bot()
	}
	if len(os.Args) == 2 && os.Args[1] == heedCommand {
		heed()
	}
	if os.Getenv("CE_TEST_SECRET") != "" {
		keepSecret()
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/cloud-engine/cloudengine/internal/terraform.reapSupervisor"))
}

// bot starts the apply that its standard input describes, says so, and hangs
// on until it is killed.
func bot() {
	var start struct {
		Root, ID string
		Spec     terraform.Spec
		User     *terraform.User
	}
	if err := terraform.Undumpable(); err != nil { // as the real one does first of all
		fmt.Println(err)
		os.Exit(1)
	}
	if err := json.NewDecoder(os.Stdin).Decode(&start); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	d, err := terraform.OpenDir(start.Root, start.ID)
	if err == nil {
		start.Spec.User = start.User
		err = d.StartApply(start.Spec)
	}
	fmt.Println("started", err)
	select {}
}

var find = sync.OnceValues(func() (terraform.Binary, error) {
	return terraform.Find(context.Background(), terraform.FindOptions{})
})

func mustFind(t testing.TB) terraform.Binary {
	t.Helper()
	bin, err := find()
	if err != nil {
		t.Skipf("these tests need Terraform: %v", err)
	}
	return bin
}

func withDeadline(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	t.Cleanup(cancel)
	return ctx
}

const (
	root  = "main.tf.json"
	runID = "run-1"
)

// mustDir makes a run directory with one configuration file.
func mustDir(t testing.TB, files map[string]string) terraform.Dir {
	t.Helper()
	d, err := terraform.NewDir(t.TempDir(), runID)
	if err != nil {
		t.Fatal(err)
	}
	content := map[string][]byte{}
	for name, text := range files {
		content[name] = []byte(text)
	}
	if err := d.Write(content, nil); err != nil {
		t.Fatal(err)
	}
	return d
}

func mustPlan(t testing.TB, d terraform.Dir, o terraform.PlanOptions) terraform.Planned {
	t.Helper()
	if o.Env == nil {
		o.Env = terraform.Environment(d, nil)
	}
	p, err := terraform.Plan(withDeadline(t), mustFind(t), d, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// mustPrepare plans a configuration and returns what starts its apply.
func mustPrepare(t testing.TB, config string) (terraform.Dir, terraform.Spec) {
	t.Helper()
	d := mustDir(t, map[string]string{"main.tf": config})
	p := mustPlan(t, d, terraform.PlanOptions{})
	return d, terraform.Spec{Binary: mustFind(t).Path, Version: mustFind(t).Version, Env: terraform.Environment(d, nil), PlanSHA256: p.SHA256}
}

// mustStart starts the apply; what is left of it at the end of the test is killed.
func mustStart(t testing.TB, d terraform.Dir, spec terraform.Spec) {
	t.Helper()
	if err := d.StartApply(spec); err != nil {
		t.Fatal(err)
	}
	cleanUp(t, d)
}

func cleanUp(t testing.TB, d terraform.Dir) {
	t.Cleanup(func() {
		ctx := context.Background()
		if s, _ := d.Status(); s.Phase == terraform.Running {
			_ = d.ForceStop(ctx)
			_ = d.Follow(ctx, 0, func([]byte, int64) error { return nil })
		}
	})
}

// mustFollow collects the lines until the apply is over, calling on for each.
func mustFollow(t testing.TB, d terraform.Dir, offset int64, on func(terraform.Event)) []string {
	t.Helper()
	var lines []string
	err := d.Follow(withDeadline(t), offset, func(line []byte, _ int64) error {
		lines = append(lines, string(line))
		if e, ok := terraform.ParseLine(line); ok && on != nil {
			on(e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

// waitFor returns when a line of the output satisfies want.
func waitFor(t testing.TB, d terraform.Dir, want func(terraform.Event) bool) {
	t.Helper()
	found := fmt.Errorf("found")
	err := d.Follow(withDeadline(t), 0, func(line []byte, _ int64) error {
		if e, ok := terraform.ParseLine(line); ok && want(e) {
			return found
		}
		return nil
	})
	if !errors.Is(err, found) {
		log, _ := os.ReadFile(d.File("supervisor.log"))
		out, _ := os.ReadFile(d.File(terraform.OutputFile))
		t.Fatalf("the awaited line did not come: %v\n%s\n%s", err, log, out)
	}
}

func started(address string) func(terraform.Event) bool {
	return func(e terraform.Event) bool {
		return e.Type == terraform.TypeApplyStart && e.Address == address
	}
}

func mustStatus(t testing.TB, d terraform.Dir, want terraform.Phase) terraform.Status {
	t.Helper()
	s, err := d.Status()
	if err != nil {
		t.Fatal(err)
	}
	if s.Phase != want {
		t.Fatalf("status is %+v, want %s", s, want)
	}
	return s
}

// resources counts the resource instances in the directory's state.
func resources(t testing.TB, d terraform.Dir) int {
	t.Helper()
	s, ok, err := d.State()
	if err != nil || !ok {
		t.Fatalf("no state: %v", err)
	}
	var state struct {
		Resources []struct{ Instances []any }
	}
	if err := json.Unmarshal(s.Raw, &state); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range state.Resources {
		n += len(r.Instances)
	}
	return n
}

// startBot starts an apply from another process, and returns that process.
func startBot(t testing.TB, d terraform.Dir, spec terraform.Spec) *exec.Cmd {
	t.Helper()
	dir := strings.TrimSuffix(d.Path(), "/"+runID)
	in, err := json.Marshal(map[string]any{"Root": dir, "ID": runID, "Spec": spec, "User": spec.User})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "bot")
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	cleanUp(t, d)
	var answer [200]byte
	n, _ := out.Read(answer[:])
	if got := strings.TrimSpace(string(answer[:n])); got != "started <nil>" {
		t.Fatalf("the bot says %q", got)
	}
	return cmd
}

func itoa(n int) string { return strconv.Itoa(n) }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
