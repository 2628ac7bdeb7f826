package store

import (
	"context"
	"errors"
	"maps"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sys/unix"
)

// A host that vanished, with its power or its network, is found out after about
// half a minute on both ends of its connections: until then the server keeps the
// locks it held.
var (
	serverKeepalive = map[string]string{"tcp_keepalives_idle": "15", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
	clientKeepalive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}
)

// limits hold in the pool, where nothing takes long: a process that stopped in
// the midst of a transaction must not keep a stack locked. They are not for
// connections whose purpose is to wait.
var limits = map[string]string{"idle_in_transaction_session_timeout": "60s", "lock_timeout": "10s"}

// parse reads a connection string for a connection that may wait.
func parse(url string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, unreachable(errors.New("the connection string cannot be read"))
	}
	cfg.ConnConfig.RuntimeParams["application_name"] = "cloudengine"
	maps.Copy(cfg.ConnConfig.RuntimeParams, serverKeepalive)
	cfg.ConnConfig.DialFunc = (&net.Dialer{KeepAliveConfig: clientKeepalive, Control: giveUpSoon}).DialContext
	return cfg, nil
}

// answerWithin is how long what was sent may go unacknowledged: keepalives do not
// find out about a connection on which something is on its way.
const answerWithin = 30 * time.Second

// giveUpSoon sets it on a connection over TCP.
func giveUpSoon(network, _ string, conn syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	var failed error
	err := conn.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(answerWithin.Milliseconds()))
	})
	return errors.Join(err, failed)
}

// Connect opens one connection, for work that is no part of serving.
func Connect(ctx context.Context, url string) (*pgx.Conn, error) {
	cfg, err := parse(url)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, cfg.ConnConfig)
	if err != nil {
		return nil, unreachable(err)
	}
	return conn, nil
}
