package discordweb

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// call is something that can be asked for, over a socket or over HTTP.
type call struct {
	personal bool // there must be somebody who asks
	run      func(ctx context.Context, w *Web, c *caller, args []byte) (any, error)
}

// caller is who asks.
type caller struct {
	person *discordsim.Member // nil: nobody yet
	guild  string             // id of the guild that is open; empty for their first
	window *socket            // nil over HTTP
}

// calls is everything that can be asked for.
func calls() map[string]call {
	return map[string]call{
		"hello":      personal((*Web).greet),
		"history":    personal((*Web).history),
		"wait":       personal((*Web).wait),
		"read":       personal((*Web).read),
		"commands":   personal((*Web).commands),
		"slash":      personal((*Web).slash),
		"complete":   personal((*Web).complete),
		"press":      personal((*Web).press),
		"submit":     personal((*Web).submit),
		"say":        personal((*Web).say),
		"traffic":    anybodys((*Web).traffic),
		"limits":     anybodys((*Web).rateLimits),
		"violations": anybodys((*Web).violations),
		"fault":      anybodys((*Web).fault),
		"reset":      anybodys((*Web).reset),
		"admin":      anybodys((*Web).admin),
	}
}

// personal makes a call that somebody in the world must make.
func personal[A, R any](f func(*Web, context.Context, *caller, A) (R, error)) call {
	return call{true, typed(f)}
}

// anybodys makes a call that needs nobody: it works in an empty world too.
func anybodys[A, R any](f func(*Web, context.Context, *caller, A) (R, error)) call {
	return call{false, typed(f)}
}

// typed reads the arguments into what a call takes.
func typed[A, R any](f func(*Web, context.Context, *caller, A) (R, error)) func(context.Context, *Web, *caller, []byte) (any, error) {
	return func(ctx context.Context, w *Web, c *caller, raw []byte) (any, error) {
		var args A
		if err := json.Unmarshal(raw, &args); err != nil {
			return nil, refused("The arguments cannot be read: %v.", err)
		}
		return f(w, ctx, c, args)
	}
}

// none is for calls without arguments or without anything to say.
type none struct{}

// do carries out a call. A call that breaks takes nothing with it.
func (w *Web) do(ctx context.Context, c *caller, name string, args []byte) (ok any, err error) {
	known, found := w.calls[name]
	switch {
	case !found:
		return nil, unknown("There is no call %q.", name)
	case known.personal && c.person == nil:
		return nil, refused("Say hello first: who is it?")
	}
	defer func() {
		if broken := recover(); broken != nil {
			ok, err = nil, fmt.Errorf("panic: %v", broken)
		}
	}()
	return known.run(ctx, w, c, args)
}
