package browser

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// Picture is a PNG of what the window shows.
func (w *Window) Picture() []byte {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		w.fail("take a picture", err)
	}
	return png
}

// Rest takes the mouse away, and waits for what moves by itself but once.
func (w *Window) Rest() {
	w.t.Helper()
	if !w.size.Touch {
		w.do("rest", chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 0, 0))
	}
	w.AwaitTrue("the end of what moves", `() => document.getAnimations().every((a) => a.effect.getComputedTiming().endTime === Infinity || a.playState === 'finished')`)
}

// The release of axe-core that checks pages, and the SHA-256 of its package.
const (
	axeVersion = "4.14.1"
	axeSum     = "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
	axeAddress = "https://registry.npmjs.org/axe-core/-/axe-core-" + axeVersion + ".tgz"
)

// Finding is a rule of accessibility that a page breaks, and where.
type Finding struct {
	Rule, Impact, Help string
	Nodes              []string
}

// Accessible fails the test for every serious or critical finding of axe-core in
// what the window shows (WCAG 2.1, A and AA, and its best practices).
func (w *Window) Accessible() {
	w.t.Helper()
	for _, f := range w.Findings() {
		w.t.Errorf("%s (%s): %s\n  %s", f.Rule, f.Impact, f.Help, strings.Join(f.Nodes, "\n  "))
	}
}

// Findings are those of which Accessible complains.
func (w *Window) Findings() []Finding {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]Finding](axe(w.t)+`;(async () => {
		const ending = document.getAnimations().filter(a => a.effect.getComputedTiming().endTime !== Infinity);
		await Promise.allSettled(ending.map(a => a.finished)); // a text that fades in has no contrast yet
		const result = await axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']});
		return result.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => ({
			Rule: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.map(n => n.html + ' ' + n.failureSummary),
		}));
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		w.fail("check with axe-core", err)
	}
	return found
}

// axe is the text of axe-core, which is downloaded once and kept.
func axe(t testing.TB) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cache, "cloudengine-tests", "axe-core-"+axeVersion+".js")
	if text, err := os.ReadFile(path); err == nil {
		return string(text)
	}
	text, err := downloadAxe(t.Context())
	if err != nil {
		t.Fatalf("download %s: %v", axeAddress, err)
	}
	if err := keep(path, text); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// keep writes a file that is whole or not there: several tests may do so at once.
func keep(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(path), "axe-*")
	if err != nil {
		return err
	}
	_, err = part.Write(text)
	if err := errors.Join(err, part.Close()); err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}

func downloadAxe(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var last error
	for pause := time.Second; ; pause *= 2 {
		packed, err := get(ctx, axeAddress)
		if err == nil {
			return unpackAxe(packed)
		}
		last = err
		select {
		case <-time.After(pause): // the registry may be busy
		case <-ctx.Done():
			return nil, last
		}
	}
}

func get(ctx context.Context, address string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the registry answered %s", response.Status)
	}
	return io.ReadAll(response.Body)
}

// unpackAxe takes the one file out of the package, if it is the one that is meant.
func unpackAxe(packed []byte) ([]byte, error) {
	if sum := sha256.Sum256(packed); hex.EncodeToString(sum[:]) != axeSum {
		return nil, fmt.Errorf("its SHA-256 is %x, not %s", sum, axeSum)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(unzipped)
	for {
		file, err := files.Next()
		if err != nil {
			return nil, fmt.Errorf("find axe.min.js: %w", err)
		}
		if file.Name == "package/axe.min.js" {
			return io.ReadAll(files)
		}
	}
}
