package doctor

import (
	"context"
	"net"
)

// address checks that health and readiness can be served.
func (e *exam) address(ctx context.Context) {
	const subject = "listen"
	if e.Config.Listen == "" {
		e.skip(subject, "CLOUDENGINE_LISTEN is wrong")
		return
	}
	if e.inUse { // the bot itself listens there, or where its own configuration says
		e.skip(subject, "a bot runs")
		return
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", e.Config.Listen)
	if err != nil {
		e.fail(subject, e.Config.Listen+" cannot be listened on", "Stop what uses that port, or name another with CLOUDENGINE_LISTEN.", err)
		return
	}
	_ = l.Close()
	e.ok(subject, "%s is free", e.Config.Listen)
}
