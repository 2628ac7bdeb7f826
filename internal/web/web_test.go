package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/web"
)

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestHealthAndReadiness(t *testing.T) {
	var down error
	s, err := web.Start(web.Options{Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler), Ready: []web.Check{
		{Name: "postgres", Ask: func(context.Context) error { return down }},
		{Name: "discord", Ask: func(context.Context) error { return nil }},
	}, State: func() map[string]string { return map[string]string{"gateway": "held"} }})
	if err != nil {
		t.Fatal(err)
	}
	if status, body := get(t, s.URL()+"/readyz"); status != http.StatusOK || !strings.Contains(body, `"gateway":"held"`) || !strings.Contains(body, `"status":"ready"`) {
		t.Errorf("ready: %d %s", status, body)
	}
	down = errors.New("dial tcp: password=hunter2")
	status, body := get(t, s.URL()+"/readyz")
	if status != http.StatusServiceUnavailable || !strings.Contains(body, `"status":"degraded"`) || !strings.Contains(body, `"postgres":"not ready"`) || !strings.Contains(body, `"discord":"ok"`) || !strings.Contains(body, `"gateway":"held"`) {
		t.Errorf("not ready: %d %s", status, body)
	}
	if strings.Contains(body, "hunter2") {
		t.Errorf("the cause leaked: %s", body)
	}
	if status, _ := get(t, s.URL()+"/healthz"); status != http.StatusOK {
		t.Errorf("it lives, and said %d", status)
	}
	if status, _ := get(t, s.URL()+"/interactions"); status != http.StatusNotFound {
		t.Errorf("interactions without a key: %d", status)
	}
	if status, _ := get(t, s.URL()+"/other"); status != http.StatusNotFound {
		t.Errorf("unknown path: %d", status)
	}
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get(s.URL() + "/healthz"); err == nil {
		t.Error("it answers after Stop")
	}
}

// What the bot prints at its start can be opened.
func TestURL(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"127.0.0.1:0", "0.0.0.0:0", "[::]:0", ":0"} {
		t.Run(addr, func(t *testing.T) {
			t.Parallel()
			s, err := web.Start(web.Options{Addr: addr, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Stop(context.Background()) }()
			if !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
				t.Errorf("URL %s", s.URL())
			}
			if status, body := get(t, s.URL()+"/healthz"); status != http.StatusOK {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func TestStartOnATakenPort(t *testing.T) {
	s, err := web.Start(web.Options{Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Stop(context.Background()) }()
	if _, err := web.Start(web.Options{Addr: strings.TrimPrefix(s.URL(), "http://"), Logger: slog.New(slog.DiscardHandler)}); err == nil {
		t.Error("two servers on one port")
	}
}
