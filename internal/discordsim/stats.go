package discordsim

import "maps"

// Stats count the requests by route ("POST /channels/{channel_id}/messages")
// and status.
type Stats map[string]map[int]int

// Count is the number of requests to a route, whatever came of them.
func (s Stats) Count(route string) int {
	n := 0
	for _, c := range s[route] {
		n += c
	}
	return n
}

// Status is the number of answers with a status, over all routes.
func (s Stats) Status(status int) int {
	n := 0
	for _, r := range s {
		n += r[status]
	}
	return n
}

// Total is the number of requests.
func (s Stats) Total() int {
	n := 0
	for route := range s {
		n += s.Count(route)
	}
	return n
}

func (s *Sim) count(r *route, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stats == nil {
		s.stats = Stats{}
	}
	if s.stats[r.name()] == nil {
		s.stats[r.name()] = map[int]int{}
	}
	s.stats[r.name()][status]++
}

// Stats are the requests served so far.
func (s *Sim) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := Stats{}
	for route, counts := range s.stats {
		out[route] = maps.Clone(counts)
	}
	return out
}
