package cost

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Some of these kept the reader busy for hours. They end at once or not within the
// life of the test: there is no need to measure.
func TestNumbersThatTakeForever(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]string{
		"a number of almost nothing": "1e-600000000",
		"a text of almost nothing":   `"1e-600000000"`,
		"of a power of two":          `"0x1p-2000000000"`,
		"below every list":           "1e-400",
		"beyond all":                 "1e999999999",
		"of many digits":             strings.Repeat("1", 1<<20),
		"a fraction of many digits":  "0." + strings.Repeat("0", 1<<20) + "1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := estimate(t, planOf("us-east-1", created("aws_ebs_volume", "x", obj{"size": json.RawMessage(size)})), Options{})
			if got := states(e.Resources[0]); got[0] != "not_priced: not set: size" {
				t.Errorf("got %q", got)
			}
		})
	}
	for text, want := range map[string]bool{"0": true, "0.0": true, "0.001": true, "-5": true, "1e3": true, "1e15": true, "1e16": false, "gp2": true, "": true, "NaN": false} {
		if plausible(text) != want {
			t.Errorf("%q: plausible is %v", text, !want)
		}
	}
}

// Resources that are found by what identifies them are looked for once, not once for
// each other: these took minutes.
func TestManyResourcesThatReferToOthers(t *testing.T) {
	t.Parallel()
	const services = 12_000 / slower
	var changes []obj
	for i := range services {
		name := fmt.Sprint("s", i)
		changes = append(changes, created("aws_ecs_service", name, obj{"launch_type": "FARGATE", "desired_count": 1, "task_definition": "arn:" + name}),
			created("aws_ecs_task_definition", name, obj{"arn": "arn:" + name, "cpu": "256", "memory": "512"}))
	}
	e := estimate(t, planOf("us-east-1", changes...), Options{Book: smallBook()})
	if got := states(e.Resources[len(e.Resources)-2]); len(e.Resources) != 2*services || strings.Contains(strings.Join(got, " "), "not set") {
		t.Errorf("%d resources, %q", len(e.Resources), got)
	}
}

// However deep a plan is nested, it is read in time that its length explains.
func TestDeepPlans(t *testing.T) {
	t.Parallel()
	const deep = 3000 / slower // JSON ends at 10,000
	nested := func(open, inner, end string) json.RawMessage {
		return json.RawMessage(strings.Repeat(open, deep) + inner + strings.Repeat(end, deep))
	}
	m, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	for shape, value := range map[string]json.RawMessage{"objects": nested(`{"a":`, "1", "}"), "lists": nested("[", "1", "]")} {
		for _, kind := range []string{"aws_instance", "aws_ebs_volume", "google_container_cluster", "azurerm_application_gateway"} {
			attributes := obj{}
			for _, name := range m.types[kind].attributes {
				attributes[name] = value
			}
			c := created(kind, shape, attributes)
			c["change"].(obj)["after_unknown"], c["change"].(obj)["after_sensitive"] = attributes, attributes
			if e := estimate(t, planOf("us-east-1", c), Options{}); e.Priced != 0 || len(e.Resources) != 1 {
				t.Errorf("%s of %s: %q", kind, shape, states(e.Resources[0]))
			}
		}
	}
	modules := planOf("us-east-1", created("aws_eip", "x", obj{}))
	modules["configuration"].(obj)["root_module"] = nested(`{"module_calls":{"a":{"module":`, "{}", "}}}")
	if e := estimate(t, modules, Options{}); len(e.Resources) != 1 || e.Resources[0].Region != "us-east-1" {
		t.Errorf("modules: %+v", e.Resources)
	}
}

// Regions come from provider blocks, each looked at once, however many resources
// leave them open.
func TestManyProviders(t *testing.T) {
	t.Parallel()
	const many = 20_000 / slower
	blocks := obj{}
	var changes []obj
	for i := range many {
		blocks[fmt.Sprint("aws.a", i)] = providerBlock(constant("eu-west-1"))
		changes = append(changes, created("aws_eip", fmt.Sprint("x", i), obj{}))
	}
	p := planOf("", changes...)
	p["configuration"] = obj{"provider_config": blocks, "root_module": obj{}}
	if e := estimate(t, p, Options{}); e.Resources[many-1].Region != "eu-west-1" {
		t.Errorf("got %+v", e.Resources[many-1])
	}
}
