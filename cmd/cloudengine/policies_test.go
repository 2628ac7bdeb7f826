package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	goodPolicy = `package cloudengine.names

deny contains "No stack is called test." if input.session.stack == "test"
`
	goodTest = `package cloudengine.names_test

import data.cloudengine.names

test_test if count(names.deny) == 1 with input as {"session": {"stack": "test"}}
`
)

// folder writes files and returns where they are.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args  string
		files map[string]string
		code  int
		says  []string
	}{
		"a check":        {"policies", map[string]string{"a.rego": goodPolicy}, 0, []string{"1 policies judge every plan:\n  names\n", "Hash "}},
		"none":           {"policies", nil, 0, []string{"every plan passes"}},
		"broken":         {"policies", map[string]string{"a.rego": goodPolicy, "b.rego": "package cloudengine.b\n\ndeny contains msg if {"}, exitConfig, []string{"b.rego:3:"}},
		"tests pass":     {"policies test", map[string]string{"a.rego": goodPolicy, "a_test.rego": goodTest}, 0, []string{"1 tests, 0 failed"}},
		"a test fails":   {"policies test", map[string]string{"a.rego": goodPolicy, "a_test.rego": strings.Replace(goodTest, "== 1", "== 2", 1)}, 1, []string{"FAIL cloudengine.names_test.test_test", "a_test.rego:5: is not true", "1 tests, 1 failed"}},
		"no tests":       {"policies test", map[string]string{"a.rego": goodPolicy}, 1, []string{"there are no tests"}},
		"a broken test":  {"policies test", map[string]string{"a.rego": goodPolicy, "a_test.rego": "package x\n\ntest_x if"}, exitConfig, []string{"a_test.rego:3:"}},
		"something else": {"policies list", nil, 2, []string{"usage: cloudengine policies [test]"}},
		"too much":       {"policies test me", nil, 2, []string{"usage:"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"CLOUDENGINE_POLICIES": folder(t, tc.files), "CLOUDENGINE_STARTER_POLICIES": "off"}
			var out bytes.Buffer
			err := run(t.Context(), strings.Fields(tc.args), environment(env), &out)
			code := 0
			if err != nil {
				code = exitCode(err)
				out.WriteString(publicText(err))
			}
			if code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			for _, part := range tc.says {
				if !strings.Contains(out.String(), part) {
					t.Errorf("it does not say %q:\n%s", part, out.String())
				}
			}
		})
	}
}

// The built-in policies hold without any setting, and their tests pass.
func TestStarterPolicies(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	for _, args := range [][]string{{"policies"}, {"policies", "test"}} {
		if err := run(t.Context(), args, environment(nil), &out); err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
	}
	for _, part := range []string{"public_database", "encryption", "instance_sizes", "destroy_database", " 0 failed"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("it does not say %q:\n%s", part, out.String())
		}
	}
}

// A folder that is not there is a fault of the configuration.
func TestPoliciesOfNoFolder(t *testing.T) {
	t.Parallel()
	err := run(t.Context(), []string{"policies"}, environment(map[string]string{"CLOUDENGINE_POLICIES": filepath.Join(t.TempDir(), "nowhere")}), &bytes.Buffer{})
	if err == nil || exitCode(err) != exitConfig || !strings.Contains(publicText(err), "CLOUDENGINE_POLICIES") {
		t.Errorf("got %v", err)
	}
}
