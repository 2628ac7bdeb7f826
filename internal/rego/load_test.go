package rego_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloud-engine/cloudengine/internal/rego"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	const fine = "deny contains \"no\" if input.session.destroy"
	cases := map[string]struct {
		files map[string]string
		want  []string // names
	}{
		"empty folder":          {nil, []string{}},
		"one policy":            {map[string]string{"a.rego": policy("a", fine)}, []string{"a"}},
		"below":                 {map[string]string{"team/a.rego": policy("team.a", fine)}, []string{"team.a"}},
		"one policy, two files": {map[string]string{"a.rego": policy("a", fine), "b.rego": policy("a", "warn contains \"b\"")}, []string{"a"}},
		"a library":             {map[string]string{"a.rego": policy("a", "deny contains data.lib.text"), "lib.rego": "package lib\n\ntext := \"x\"\n"}, []string{"a"}},
		"written for both":      {map[string]string{"a.rego": policy("a", "import rego.v1\n"+fine)}, []string{"a"}},
		"not policies": {map[string]string{
			"README.md": "{", "a.rego.bak": "{", ".hidden.rego": "{", ".git/a.rego": "{", "a_test.rego": "{", "a.rego": policy("a", fine),
		}, []string{"a"}},
		"byte order mark": {map[string]string{"a.rego": "\uFEFF" + policy("a", fine)}, []string{"a"}},
		"a function that is named alike": {map[string]string{
			"a.rego": policy("a", "import data.lib\ndeny contains msg if {\n\tmsg := lib.deny(\"x\")\n}"), "lib.rego": "package lib\n\ndeny(x) := x\n",
		}, []string{"a"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := MustLoad(t, tc.files)
			if diff := cmp.Diff(tc.want, p.Names()); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			MustEvaluate(t, p, rego.Input{Plan: emptyPlan})
		})
	}
}

func TestLoadFaults(t *testing.T) {
	t.Parallel()
	const fine = "deny contains \"no\" if input.session.destroy"
	cases := map[string]struct {
		files map[string]string
		want  []string // faults, without the folder
	}{
		"does not parse": {map[string]string{"a.rego": policy("a", "deny contains \"x\" if {")}, []string{"a.rego:4:1: unexpected eof token"}},
		"every fault": {map[string]string{
			"a.rego":       policy("a", "deny contains \"x\" if {"),
			"b.rego":       policy("b", "deny contains y if true"),
			"c.rego":       policy("c", "helper := 1"),
			"d/empty.rego": "",
		}, []string{
			"a.rego:4:1: unexpected eof token",
			"b.rego:3:15: var y is unsafe",
			"c.rego:1:1: the policy has no deny and no warn rule. What policies share goes into a package outside `cloudengine`",
			"d/empty.rego:1:1: the file has no package",
		}},
		"old syntax": {map[string]string{"a.rego": policy("a", "deny[msg] { msg := \"x\" }")}, []string{
			"a.rego:3:1: this is the syntax of Rego before OPA 1.0. Write `deny contains msg if { … }`; `opa fmt --write --v0-v1` does it for a whole folder",
		}},
		"not UTF-8": {map[string]string{"a.rego": policy("a", fine+"\n# caf\xe9")}, []string{"a.rego:4:6: is not UTF-8: byte 0xe9"}},
		"too large": {map[string]string{"a.rego": policy("a", fine+strings.Repeat("\n# much", 1<<18))}, []string{"a.rego: is larger than 1024 KiB"}},
		"no name": {map[string]string{"a.rego": "package cloudengine\n\n" + fine}, []string{
			"a.rego:1:1: a policy's package is `cloudengine.<name>`, with a name of small letters, digits and underscores",
		}},
		"conftest's package": {map[string]string{"a.rego": "package main\n\n" + fine}, []string{
			"a.rego:3:1: `deny` is looked at only in a policy: give this file the package `cloudengine.<name>`",
		}},
		"conftest's rules": {map[string]string{"a.rego": policy("a", "violation contains \"x\"\n\ndeny_all contains \"x\"")}, []string{
			"a.rego:3:1: `violation` is not looked at: name the rule deny or warn",
			"a.rego:5:1: `deny_all` is not looked at: name the rule deny or warn",
		}},
		"conftest's input": {map[string]string{"a.rego": policy("a", "deny contains \"x\" if input.resource_changes")}, []string{
			"a.rego:3:22: input.resource_changes: the plan is at input.plan.resource_changes",
		}},
		"typing errors in the input": {map[string]string{"a.rego": policy("a", "deny contains \"x\" if input.plan.ressource_changes\n\ndeny contains \"y\" if input.session.user\n\ndeny contains \"z\" if input.time")}, []string{
			"a.rego:3:22: input.plan, a plan's JSON, has no ressource_changes",
			"a.rego:5:22: input.session has no user",
			"a.rego:7:22: input has no time: it has input.plan and input.session",
		}},
		"no set": {map[string]string{"a.rego": policy("a", "deny := \"x\""), "b.rego": policy("b", "warn if true"), "c.rego": policy("c", "deny[x] := 1 if x := \"a\""), "d.rego": policy("d", "deny.x contains \"a\"")}, []string{
			"a.rego:3:1: write this rule as `deny contains msg if { … }`",
			"b.rego:3:1: write this rule as `warn contains msg if { … }`",
			"c.rego:3:1: write this rule as `deny contains msg if { … }`",
			"d.rego:3:1: write this rule as `deny contains msg if { … }`",
		}},
		"not texts": {map[string]string{"a.rego": policy("a", "deny contains 1"), "b.rego": policy("b", "warn contains {\"message\": \"x\"}"), "c.rego": policy("c", "warn contains {\"msg\": \"x\", \"resource\": 1}")}, []string{
			"a.rego:3:1: `deny` contains texts, or objects such as {\"msg\": \"…\", \"resource\": \"…\"}",
			"b.rego:3:1: `warn` contains texts, or objects such as {\"msg\": \"…\", \"resource\": \"…\"}",
			"c.rego:3:1: `warn` contains texts, or objects such as {\"msg\": \"…\", \"resource\": \"…\"}",
		}},
		"clash of names": {map[string]string{"a.rego": policy("a", fine), "b.rego": policy("a.deny", fine)}, []string{
			"a.rego:1:1: package cloudengine.a.deny conflicts with rule deny defined at",
			"a.rego:3:1: rule data.cloudengine.a.deny conflicts with:",
		}},
		"undefined data": {map[string]string{"a.rego": policy("a", "import data.lib.sizes\n\ndeny contains \"x\" if not \"a\" in sizes\n\nwarn contains \"y\" if data.cloudengine.b.oops")}, []string{
			"a.rego:5:33: data.lib.sizes is not defined in any file",
			"a.rego:7:22: data.cloudengine.b.oops is not defined in any file",
		}},
		"what the network, the clock and chance say": {map[string]string{"a.rego": policy("a", `deny contains "a" if http.send({"method": "get", "url": "http://127.0.0.1"})

deny contains "b" if time.now_ns() > 0

deny contains "c" if opa.runtime().env.HOME

deny contains "d" if rand.intn("x", 2) == 1

deny contains "e" if net.lookup_ip_addr("localhost")

deny contains "f" if uuid.rfc4122("x")

deny contains "g" if json.match_schema({}, {"$ref": "http://127.0.0.1/x"})

deny contains "h" if crypto.x509.parse_and_verify_certificates("")`)}, []string{
			"a.rego:3:22: http.send is not available", "a.rego:5:22: time.now_ns is not available", "a.rego:7:22: opa.runtime is not available",
			"a.rego:9:22: rand.intn is not available", "a.rego:11:22: net.lookup_ip_addr is not available", "a.rego:13:22: uuid.rfc4122 is not available",
			"a.rego:15:22: json.match_schema is not available", "a.rego:17:22: crypto.x509.parse_and_verify_certificates is not available",
		}},
		"recursion": {map[string]string{"a.rego": policy("a", "deny contains x if some x in deny")}, []string{"a.rego:3:1: rule data.cloudengine.a.deny is recursive"}},
		"only what is wrong": {map[string]string{ // b lacks what is in the file that cannot be read
			"a.rego": "package lib\n\nf(x) := {", "b.rego": policy("b", "deny contains \"x\" if data.lib.f(1)\n\nwarn contains \"y\" if data.lib.g"),
		}, []string{"a.rego:3:9: unexpected eof token", "a.rego:3:9: unexpected eof token: expected function value"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := MustFolder(t, tc.files)
			_, err := rego.Load(t.Context(), dir, true)
			var faults *rego.LoadError
			if !errors.As(err, &faults) {
				t.Fatalf("the error is %v", err)
			}
			text := strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "")
			lines := strings.Split(text, "\n  ")[1:]
			if len(lines) != len(tc.want) {
				t.Fatalf("%d faults instead of %d:\n%s", len(lines), len(tc.want), text)
			}
			for i, want := range tc.want {
				if !strings.HasPrefix(lines[i], want) {
					t.Errorf("fault %d is\n%s\nand should begin with\n%s", i, lines[i], want)
				}
			}
		})
	}
}

func TestLoadFolder(t *testing.T) {
	t.Parallel()
	fine := policy("a", "deny contains \"no\" if input.session.destroy")
	link := func(t *testing.T, to, from string) {
		t.Helper()
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	cases := map[string]struct {
		make func(t *testing.T, dir string) string // returns the folder to load
		want string                                // empty: it loads one policy
	}{
		"missing":     {func(_ *testing.T, dir string) string { return filepath.Join(dir, "none") }, "there is no such folder. CLOUDENGINE_POLICIES names"},
		"a file":      {func(_ *testing.T, dir string) string { return filepath.Join(dir, "a.rego") }, "CLOUDENGINE_POLICIES names a folder, and this is a file"},
		"fine":        {func(_ *testing.T, dir string) string { return dir }, ""},
		"linked":      {func(t *testing.T, dir string) string { link(t, dir, dir+"-link"); return dir + "-link" }, ""},
		"broken link": {func(t *testing.T, dir string) string { link(t, "none", filepath.Join(dir, "b.rego")); return dir }, "b.rego: cannot be read: no such file"},
		"folder that is linked": {func(t *testing.T, dir string) string {
			link(t, t.TempDir(), filepath.Join(dir, "more"))
			return dir
		}, "more: links to folders are not followed"},
		"folder named as a file": {func(t *testing.T, dir string) string {
			if err := os.Mkdir(filepath.Join(dir, "b.rego"), 0o700); err != nil {
				t.Fatal(err)
			}
			return dir
		}, ""},
		"pipe": {func(t *testing.T, dir string) string {
			MustPipe(t, filepath.Join(dir, "b.rego"))
			return dir
		}, "b.rego: is not a file"},
		"as Kubernetes mounts it": {func(t *testing.T, dir string) string {
			mount := t.TempDir()
			link(t, dir, filepath.Join(mount, "..data"))
			link(t, filepath.Join("..data", "a.rego"), filepath.Join(mount, "a.rego"))
			return mount
		}, ""},
		"unreadable file": {func(t *testing.T, dir string) string {
			if os.Geteuid() == 0 {
				t.Skip("root reads everything")
			}
			if err := os.Chmod(filepath.Join(dir, "a.rego"), 0); err != nil {
				t.Fatal(err)
			}
			return dir
		}, "a.rego: cannot be read: permission denied"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := tc.make(t, MustFolder(t, map[string]string{"a.rego": fine}))
			p, err := rego.Load(t.Context(), dir, false)
			switch {
			case tc.want != "":
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("the error is %v", err)
				}
			case err != nil:
				t.Error(err)
			case len(p.Names()) != 1:
				t.Errorf("policies %q", p.Names())
			}
		})
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.rego": policy("a", "deny contains \"x\""), "lib.rego": "package lib\n\nx := 1\n"}
	base := MustLoad(t, files).Hash()
	if again := MustLoad(t, files).Hash(); again != base {
		t.Errorf("the same policies in another folder have another hash: %s, %s", base, again)
	}
	with := func(name, text string) string {
		changed := map[string]string{name: text}
		for n, s := range files {
			if n != name {
				changed[n] = s
			}
		}
		return MustLoad(t, changed).Hash()
	}
	if with("a_test.rego", "package x") != base {
		t.Error("a test changes the hash")
	}
	if with("lib.rego", "package lib\n\nx := 2\n") == base {
		t.Error("a library does not change the hash")
	}
	if with("b.rego", policy("b", "deny contains \"x\"")) == base {
		t.Error("a policy does not change the hash")
	}
	if MustStarter(t).Hash() == base || len(base) != 64 {
		t.Error("the hash does not identify policies")
	}
}
