package cost

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// thousand is a plan of 1,000 resources as a provider writes them: 40 % machines
// with all their attributes, the rest disks, addresses, balancers, databases and
// what is free.
func thousand(t testing.TB) []byte {
	t.Helper()
	var changes []obj
	for i := range 1000 {
		name := fmt.Sprintf("r%d", i)
		switch i % 10 {
		case 0, 1, 2, 3:
			changes = append(changes, changed("aws_instance", name, fullMachine("t3.micro", i), fullMachine("m5.large", i), "update"))
		case 4, 5:
			changes = append(changes, created("aws_ebs_volume", name, obj{"availability_zone": "us-east-1a", "size": 100 + i%50, "type": "gp3", "iops": 4000, "throughput": 250}))
		case 6:
			changes = append(changes, created("aws_eip", name, obj{"domain": "vpc"}))
		case 7:
			changes = append(changes, created("aws_lb", name, obj{"load_balancer_type": "application"}))
		case 8:
			changes = append(changes, created("aws_db_instance", name, obj{"engine": "postgres", "instance_class": "db.t3.large", "allocated_storage": 20, "storage_type": "gp2"}))
		default:
			changes = append(changes, created("aws_security_group", name, fullMachine("x", i)))
		}
	}
	return encode(t, planOf("us-east-1", changes...))
}

// fullMachine has about as many attributes as the provider writes of a machine. Every
// fiftieth is like another.
func fullMachine(kind string, n int) obj {
	m := machineOf(kind)
	m["root_block_device"] = array{obj{"volume_size": 10 + n%50, "volume_type": "gp2"}}
	for i := range 40 {
		m[fmt.Sprintf("attribute_%d", i)] = "a value of some length, as identifiers are"
	}
	m["tags"] = obj{"Name": "web", "Team": "shop", "Environment": "production"}
	m["user_data"] = fmt.Sprintf("%0512d", 7)
	return m
}

// The aim is under 50 ms with a warm price book.
func BenchmarkThousandResources(b *testing.B) {
	raw, book := thousand(b), seedBook(b)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		e, err := FromPlan(raw, Options{Book: book, Now: testNow})
		if err != nil || e.Priced != 1000-100 { // us-east-1's list has no price of capacity units
			b.Fatal(err, e.Priced)
		}
	}
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

// processorTime is what the process has had of the processors: on a busy machine
// the time that passes says little.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkSeedBook(b *testing.B) {
	snapshots, err := Seed()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		NewBook(snapshots...)
	}
}

// thousandMixed is a plan of 1,000 resources of all providers: those of testdata again
// and again, with disks of other sizes each time.
func thousandMixed(t testing.TB) []byte {
	t.Helper()
	plans := examples(t)
	var changes array
	providers := obj{}
	for n := 0; len(changes) < 1000; n++ {
		for _, name := range slices.Sorted(maps.Keys(plans)) {
			if c, ok := plans[name]["configuration"].(map[string]any); ok {
				blocks := maps.Clone(c["provider_config"].(map[string]any))
				maps.Copy(blocks, providers) // the first of each provider
				providers = blocks
			}
			for _, c := range plans[name]["resource_changes"].([]any) {
				c := obj(c.(map[string]any))
				at := fmt.Sprintf("module.m%d", n)
				inner := obj(c["change"].(map[string]any))
				inner = inner.with("after", resized(inner["after"], n)).with("before", resized(inner["before"], n))
				changes = append(changes, c.with("address", fmt.Sprintf("%s.%v", at, c["address"])).with("module_address", at).with("change", inner))
			}
		}
	}
	return encode(t, obj{"format_version": "1.2", "resource_changes": changes[:1000], "configuration": obj{"provider_config": providers, "root_module": obj{}}})
}

// resized is a value with every size in it larger by n.
func resized(v any, n int) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, inner := range v {
			if size, ok := inner.(float64); ok && strings.Contains(name, "size") {
				inner = size + float64(n)
			}
			out[name] = resized(inner, n)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = resized(inner, n)
		}
		return out
	}
	return v
}

// As above, of everything that can be estimated.
func BenchmarkThousandMixedResources(b *testing.B) {
	raw, book := thousandMixed(b), seedBook(b)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		e, err := FromPlan(raw, Options{Book: book, Region: "us-east-1", Now: testNow})
		if err != nil || len(e.Resources) != 1000 || e.Priced == 0 {
			b.Fatal(err, len(e.Resources), e.Priced)
		}
	}
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}
