package discordsim

import "net/http"

// Transport sends requests to the Sim, whatever host they name: it is for clients
// in this process whose addresses are fixed, such as discordgo.
func (s *Sim) Transport() http.RoundTripper { return transport{s.local} }

type transport struct{ host string }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", t.host
	return http.DefaultTransport.RoundTrip(r)
}
