package discordsim

import (
	"time"

	"github.com/coder/websocket"
)

// farewell is how long a client that is told that it is over may take to hear it.
const farewell = time.Second

// connect counts a connection in, unless the Sim is to be unreachable.
func (s *Sim) connect(conn *gatewayConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.faults.isOffline() {
		return false
	}
	conn.lost.Store(s.faults.isSilence())
	s.gateways[conn] = struct{}{}
	return true
}

// disconnect counts a connection out; its session is left without one, to be
// resumed.
func (s *Sim) disconnect(conn *gatewayConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.gateways, conn)
	if conn.session != nil && conn.session.conn == conn {
		conn.session.conn = nil
		conn.session.since = time.Now()
	}
	s.notify()
}

// ended takes note of how a client closed: 1000 and 1001 say that it will
// not resume, anything else keeps the session.
func (s *Sim) ended(conn *gatewayConn, code websocket.StatusCode) {
	if code != websocket.StatusNormalClosure && code != websocket.StatusGoingAway {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	conn.forgetSession()
}

// timeOut ends a connection that said nothing for too long, and its session with
// it.
func (s *Sim) timeOut(conn *gatewayConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	conn.forgetSession()
	conn.end(closeTimedOut, "Session timed out.")
	time.AfterFunc(farewell, conn.drop) // who does not listen is not waited for
}

// forgetSession ends the session of a connection for good. Sim.mu is held.
func (c *gatewayConn) forgetSession() {
	if c.session != nil && c.session.conn == c {
		c.session.app.forget(c.session)
	}
}

// closeGateways ends all connections.
func (s *Sim) closeGateways() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.gateways {
		conn.drop()
	}
}
