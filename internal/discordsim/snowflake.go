package discordsim

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"time"
)

// discordEpoch is the first second of 2015, from which snowflakes count.
const discordEpoch = 1420070400000

// idSource makes snowflakes that only grow, even within one millisecond.
type idSource struct{ last uint64 }

func (s *idSource) next(now time.Time) string {
	id := uint64(now.UnixMilli()-discordEpoch) << 22
	s.last = max(id, s.last+1)
	return strconv.FormatUint(s.last, 10)
}

// newID returns a fresh snowflake. s.mu is held.
func (s *Sim) newID() string { return s.ids.next(s.now()) }

// snowflake parses an id; ids that are none sort first.
func snowflake(id string) uint64 {
	n, _ := strconv.ParseUint(id, 10, 64)
	return n
}

// compareIDs orders snowflakes by age.
func compareIDs(a, b string) int {
	switch x, y := snowflake(a), snowflake(b); {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

// randomToken returns 2n hexadecimal digits nobody can guess.
func randomToken(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return hex.EncodeToString(b)
}
