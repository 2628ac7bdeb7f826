package doctor

import (
	"context"
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// pooler is a proxy before Postgres, of simple queries. It lends each client a
// server connection for a transaction, the one that was given back last first,
// as PgBouncer does; or, with sessions, for as long as the client stays, and then
// only loses notifications.
type pooler struct {
	t        *testing.T
	target   string
	sessions bool

	mu   sync.Mutex
	idle []*pgconn.HijackedConn
	all  []net.Conn
	wait sync.WaitGroup
}

// startPooler returns the URL of a proxy before the database of another URL.
func startPooler(t *testing.T, target string, sessions bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &pooler{t: t, target: target, sessions: sessions}
	p.wait.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.keep(client)
			p.wait.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		p.mu.Lock()
		for _, c := range p.all {
			_ = c.Close()
		}
		p.mu.Unlock()
		p.wait.Wait()
	})
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	u.Host, u.RawQuery = l.Addr().String(), "sslmode=disable"
	return u.String()
}

func (p *pooler) keep(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, c)
}

// serve passes one client's queries on. Its errors are the client's affair.
func (p *pooler) serve(conn net.Conn) {
	defer conn.Close()
	client := pgproto3.NewBackend(conn, conn)
	if _, err := client.ReceiveStartupMessage(); err != nil {
		return
	}
	server, err := p.take()
	if err != nil {
		p.t.Errorf("pooler: %v", err)
		return
	}
	client.Send(&pgproto3.AuthenticationOk{})
	for name, value := range server.ParameterStatuses {
		client.Send(&pgproto3.ParameterStatus{Name: name, Value: value})
	}
	client.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	if client.Flush() != nil {
		return
	}
	for {
		if server != nil && !p.sessions {
			p.giveBack(server)
			server = nil
		}
		if server, err = p.transaction(client, server); err != nil {
			return
		}
	}
}

// transaction runs queries up to the end of a transaction.
func (p *pooler) transaction(client *pgproto3.Backend, server *pgconn.HijackedConn) (*pgconn.HijackedConn, error) {
	for {
		msg, err := client.Receive()
		if err != nil {
			return server, err
		}
		query, ok := msg.(*pgproto3.Query)
		if !ok {
			return server, errors.New("the client ends, or sends more than simple queries")
		}
		if server == nil {
			if server, err = p.take(); err != nil {
				return nil, err
			}
		}
		server.Frontend.Send(query)
		if err := server.Frontend.Flush(); err != nil {
			return server, err
		}
		status, err := p.answer(client, server)
		if err != nil || status == 'I' {
			return server, err
		}
	}
}

// answer passes on what the server says to one query.
func (p *pooler) answer(client *pgproto3.Backend, server *pgconn.HijackedConn) (status byte, err error) {
	for {
		msg, err := server.Frontend.Receive()
		if err != nil {
			return 0, err
		}
		if _, lost := msg.(*pgproto3.NotificationResponse); lost {
			continue
		}
		client.Send(msg)
		if err := client.Flush(); err != nil {
			return 0, err
		}
		if ready, ok := msg.(*pgproto3.ReadyForQuery); ok {
			return ready.TxStatus, nil
		}
	}
}

func (p *pooler) take() (*pgconn.HijackedConn, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 {
		defer p.mu.Unlock()
		server := p.idle[n-1]
		p.idle = p.idle[:n-1]
		return server, nil
	}
	p.mu.Unlock()
	conn, err := pgconn.Connect(context.WithoutCancel(p.t.Context()), p.target)
	if err != nil {
		return nil, err
	}
	server, err := conn.Hijack()
	if err != nil {
		return nil, err
	}
	p.keep(server.Conn)
	return server, nil
}

func (p *pooler) giveBack(server *pgconn.HijackedConn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, server)
}
