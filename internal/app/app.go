// Package app builds everything and starts and stops it in an order that is
// written out in one place. The program boots it, and so do the tests, on port 0.
package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/cloud-engine/cloudengine/internal/config"
)

// Options are what Start needs besides the configuration.
type Options struct {
	Config  config.Config
	Logger  *slog.Logger
	Version string
	// AllGuilds serves every guild the bot is in: the demo's, which is its own.
	AllGuilds bool
	// ModuleSettings fill module variables that nobody is asked for.
	ModuleSettings map[string]any
	// Clock moves the time of transactions, for tests.
	Clock func(time.Time) time.Time
	// WatchdogAfter is how long the gateway may be away before it is built anew;
	// 0 is the default.
	WatchdogAfter time.Duration
}

var _ = context.Background
