package store

import (
	"sync"

	"github.com/cloud-engine/cloudengine/internal/session"
)

// maxCached bounds the sessions kept in memory. Active sessions of a few
// hundred people are far fewer.
const maxCached = 4096

// sessionCache keeps active sessions, so that a click costs a look at a version
// and not the reading of a plan. It is never trusted alone: a value serves only
// for the very version that Postgres just named, which makes it correct with any
// number of processes.
type sessionCache struct {
	mu       sync.Mutex
	sessions map[string]session.Session
}

func newSessionCache() *sessionCache {
	return &sessionCache{sessions: map[string]session.Session{}}
}

func (c *sessionCache) get(id string, version int64) (session.Session, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.sessions[id]
	return s, ok && s.Version == version
}

// put keeps the newest version of a session, and drops one that has ended.
func (c *sessionCache) put(s session.Session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.State.Ended() {
		delete(c.sessions, s.ID)
		return
	}
	if old, ok := c.sessions[s.ID]; ok && old.Version >= s.Version {
		return
	}
	if len(c.sessions) >= maxCached {
		for id := range c.sessions { // any one: it is read again when it is needed
			delete(c.sessions, id)
			break
		}
	}
	c.sessions[s.ID] = s
}
