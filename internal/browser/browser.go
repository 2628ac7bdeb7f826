// Package browser drives a real Chromium in tests: windows of people, clicks and
// keys as a person makes them, what the console said, an accessibility check, and
// pictures. A window is closed, and a test failed that left an error in the
// console, when the test ends.
package browser

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long anything is waited for: a slow machine is no failure.
const patience = 2 * time.Minute

// programs are the names under which Chromium is installed.
var programs = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// Browser is a running Chromium.
type Browser struct {
	t   testing.TB
	ctx context.Context
}

// Start runs a headless Chromium for a test. Where none is installed, the test is
// skipped.
func Start(t testing.TB) *Browser {
	t.Helper()
	program := find()
	if program == "" {
		t.Skip("no Chromium on the PATH (apt-get install chromium): the page is not tested")
	}
	const tries = 3 // on a machine that has much to do, it sometimes falls as it starts
	var err error
	for range tries {
		var b *Browser
		if b, err = launch(t, program); err == nil {
			return b
		}
	}
	t.Fatalf("start %s: %v", program, err)
	return nil
}

// launch starts Chromium, and ends it with the test.
func launch(t testing.TB, program string) (*Browser, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", false), chromedp.Flag("lang", "en-GB"),
	)
	if os.Geteuid() == 0 { // its sandbox does not start as root
		options = append(options, chromedp.NoSandbox)
	}
	allocator, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		cancel()
		cancelAllocator()
		return nil, err
	}
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Log("close Chromium:", err)
		}
		cancel()
		cancelAllocator()
	})
	return &Browser{t, ctx}, nil
}

// find is the path of Chromium, empty where there is none.
func find() string {
	for _, name := range programs {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
