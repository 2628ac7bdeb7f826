package devpg

import (
	"context"
	"os"
	"syscall"
)

// Breakable is a server that one test has for itself, so that it may take it
// away. Its URL stays the same through every stop and start.
type Breakable struct {
	tb      TB
	options Options
	server  *Server // nil while it is stopped
}

// NewBreakable starts a server of the test's own. It ends with the test.
func NewBreakable(tb TB) *Breakable {
	tb.Helper()
	dir, err := os.MkdirTemp(scratch(), "cepg") // a test's own is closed to PostgreSQL's account
	if err != nil {
		tb.Fatalf("%v", err)
	}
	b := &Breakable{tb: tb, options: Options{Dir: dir, NoSync: true, MaxConnections: 200}}
	tb.Cleanup(func() {
		b.Stop()
		if err := os.RemoveAll(dir); err != nil {
			tb.Errorf("remove the private postgres: %v", err)
		}
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		tb.Fatalf("%v", err)
	}
	b.Start()
	return b
}

// Database makes a database, which migrate fills and must have left when it
// returns.
func (b *Breakable) Database(migrate func(ctx context.Context, db Database) error) Database {
	b.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), setupTimeout)
	defer cancel()
	db, err := b.server.Database(ctx, "cloudengine")
	if err == nil {
		err = migrate(ctx, db)
	}
	if err != nil {
		b.tb.Fatalf("make a database of the test's own: %v", err)
	}
	return db
}

// Start starts the server, on the data of before.
func (b *Breakable) Start() {
	b.tb.Helper()
	if b.server != nil {
		return
	}
	server, err := Start(context.Background(), b.options)
	if err != nil {
		b.tb.Fatalf("%v", err)
	}
	b.server = server
}

// Stop is a restart's first half: open transactions are rolled back, connections
// are told, and nobody listens any more.
func (b *Breakable) Stop() { b.end(syscall.SIGINT) }

// Crash ends the server at once, as it is: nothing is written that was not, and
// the next start recovers.
func (b *Breakable) Crash() { b.end(syscall.SIGQUIT) }

func (b *Breakable) end(how syscall.Signal) {
	b.tb.Helper()
	if b.server == nil {
		return
	}
	if b.server.exited == nil {
		b.tb.Fatalf("the server in %s is another process's", b.options.Dir)
	}
	if err := b.server.process.Signal(how); err != nil {
		b.tb.Fatalf("stop the private postgres: %v", err)
	}
	<-b.server.exited
	b.server.clients.Close()
	b.server = nil
}
