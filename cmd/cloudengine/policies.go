package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cloud-engine/cloudengine/internal/config"
	"github.com/cloud-engine/cloudengine/internal/rego"
)

// policies checks the policies that plans would be judged by, and lists them; with
// "test" it runs their tests.
func policies(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	if len(args) > 1 || len(args) == 1 && args[0] != "test" {
		return &usageError{"usage: cloudengine policies [test]"}
	}
	c, err := config.Load(getenv, config.Tool)
	if err != nil {
		return err
	}
	loaded, err := rego.Load(ctx, c.Policies, c.Starter)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		return testPolicies(ctx, loaded, out)
	}
	names := loaded.Names()
	if len(names) == 0 {
		_, err := fmt.Fprintln(out, "There are no policies: every plan passes. CLOUDENGINE_POLICIES names a folder with some.")
		return err
	}
	_, err = fmt.Fprintf(out, "%d policies judge every plan:\n  %s\nHash %s: a plan that was judged under another is planned again.\n",
		len(names), strings.Join(names, "\n  "), loaded.Hash()[:12])
	return err
}

// testPolicies prints the tests that fail, and how many there are. Exit code 1
// says that some do.
func testPolicies(ctx context.Context, loaded *rego.Policies, out io.Writer) error {
	results, err := loaded.Test(ctx)
	if err != nil {
		return err
	}
	failed := 0
	for _, r := range results {
		if !r.Passed {
			failed++
			fmt.Fprintf(out, "FAIL %s\n  %s:%d: %s\n", r.Name, r.File, r.Line, r.Reason)
		}
	}
	fmt.Fprintf(out, "%d tests, %d failed\n", len(results), failed)
	switch {
	case failed > 0:
		return &exitError{1}
	case len(results) == 0:
		return errors.New("there are no tests: rules named test_… in files named *_test.rego are run")
	}
	return nil
}
