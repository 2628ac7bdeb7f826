package discordsim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// renameRate is how often a channel may be renamed; headers do not say so.
var renameRate = Rate{2, 10 * time.Minute}

// limiter holds the buckets. It has a lock of its own.
type limiter struct {
	mu      sync.Mutex
	buckets map[bucketKey]*bucket
	sweepAt int // number of buckets from which those that ended are forgotten
}

// bucketKey is what is limited: a route with its major parameters, or
// something of another kind in the place of the route, per application.
type bucketKey struct{ route, app, channel, guild, webhook, token string }

// What is limited beside routes.
const (
	limitGlobal  = "global"
	limitOldEdit = "edits of messages older than an hour"
	limitRename  = "renames"
)

// bucket counts the requests of one window.
type bucket struct {
	limit, left int
	reset       time.Time
}

func newLimiter() *limiter { return &limiter{buckets: map[bucketKey]*bucket{}, sweepAt: 1000} }

// take spends one request of a bucket: how many are left, when it refills,
// and whether there was one to spend.
func (l *limiter) take(key bucketKey, rate Rate) (left int, reset time.Time, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	b := l.buckets[key]
	if b == nil || !now.Before(b.reset) {
		b = &bucket{rate.Limit, rate.Limit, now.Add(rate.Window)}
		l.buckets[key] = b
		l.sweep(now)
	}
	if b.left <= 0 {
		return 0, b.reset, false
	}
	b.left--
	return b.left, b.reset, true
}

// sweep forgets what ended, now and then. l.mu is held.
func (l *limiter) sweep(now time.Time) {
	if len(l.buckets) < l.sweepAt {
		return
	}
	maps.DeleteFunc(l.buckets, func(_ bucketKey, b *bucket) bool { return !now.Before(b.reset) })
	l.sweepAt = 2*len(l.buckets) + 1000
}

// rateLimited is the error of a request that came too early.
type rateLimited struct {
	after  time.Duration
	scope  string // user, shared or global
	code   int
	reason string
}

func (e *rateLimited) Error() string {
	return fmt.Sprintf("rate limited (%s), retry after %s", e.scope, e.after)
}

// body writes the headers of a 429 and returns its JSON.
func (e *rateLimited) body(w http.ResponseWriter) object {
	seconds := math.Ceil(e.after.Seconds()*1000) / 1000
	h := w.Header()
	h.Set("Retry-After", strconv.Itoa(int(math.Ceil(seconds))))
	h.Set("X-RateLimit-Scope", e.scope)
	h.Set("X-RateLimit-Reset-After", strconv.FormatFloat(seconds, 'f', 3, 64))
	if e.scope == "global" {
		h.Set("X-RateLimit-Global", "true")
	}
	message := e.reason
	if message == "" {
		message = "You are being rate limited."
	}
	return object{"message": message, "retry_after": seconds, "global": e.scope == "global", "code": e.code}
}

// limit applies the global and the route's limit to a request, and says in
// headers where the route's bucket stands.
func (s *Sim) limit(w http.ResponseWriter, q *request) error {
	w.Header().Set("Via", "1.1 discordsim") // clients take a 429 without for a ban
	if q.app == nil {
		return nil
	}
	if q.in == nil && s.opts.GlobalRate.Limit > 0 { // interactions are exempt
		if _, reset, ok := s.limits.take(bucketKey{route: limitGlobal, app: q.app.ID}, s.opts.GlobalRate); !ok {
			return &rateLimited{after: time.Until(reset), scope: "global"}
		}
	}
	rate := s.rateOf(q.route)
	if rate.Limit < 0 {
		return nil
	}
	left, reset, ok := s.limits.take(q.bucket(), rate)
	tellBucket(w.Header(), q.route, rate.Limit, left, reset)
	if !ok {
		return &rateLimited{after: max(0, time.Until(reset)), scope: "user"}
	}
	return nil
}

// tellBucket says in headers where a route's bucket stands.
func tellBucket(h http.Header, r *route, limit, left int, reset time.Time) {
	hash := sha256.Sum256([]byte(r.name()))
	h.Set("X-RateLimit-Bucket", hex.EncodeToString(hash[:16]))
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
	h.Set("X-RateLimit-Reset", strconv.FormatFloat(float64(reset.UnixMilli())/1000, 'f', 3, 64))
	after := math.Ceil(max(0, time.Until(reset).Seconds())*1000) / 1000 // who waits that long is not too early
	h.Set("X-RateLimit-Reset-After", strconv.FormatFloat(after, 'f', 3, 64))
}

// rateOf is the limit of a route's bucket. Interaction callbacks have none.
func (s *Sim) rateOf(r *route) Rate {
	switch r.name() {
	case "POST /interactions/{interaction_id}/{interaction_token}/callback":
		return NoLimit
	case "POST /channels/{channel_id}/messages", "PATCH /channels/{channel_id}/messages/{message_id}":
		return s.opts.MessageRate
	}
	return s.opts.RouteRate
}

// bucket is a request's route with its major parameters.
func (q *request) bucket() bucketKey {
	key := bucketKey{
		route: q.route.name(), channel: q.value("channel_id"), guild: q.value("guild_id"),
		webhook: q.value("webhook_id"), token: q.value("webhook_token"),
	}
	if q.app != nil {
		key.app = q.app.ID
	}
	return key
}

// limitOldEdit refuses too many edits of messages older than an hour.
func (s *Sim) limitOldEdit(m *message) error {
	if s.now().Sub(m.Timestamp.Time)+m.aged < time.Hour || s.opts.OldEditRate.Limit < 0 {
		return nil
	}
	if _, reset, ok := s.limits.take(bucketKey{route: limitOldEdit, channel: m.ChannelID}, s.opts.OldEditRate); !ok {
		return &rateLimited{
			after: time.Until(reset), scope: "user", code: 30046,
			reason: "Maximum number of edits to messages older than 1 hour reached. Try again later",
		}
	}
	return nil
}

// limitRename refuses to rename a channel too often.
func (s *Sim) limitRename(c *Channel) error {
	if _, reset, ok := s.limits.take(bucketKey{route: limitRename, channel: c.ID}, renameRate); !ok {
		return &rateLimited{after: time.Until(reset), scope: "shared"}
	}
	return nil
}
