package prices

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/cost"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// source is a provider's public price list, in parts that are read one after another.
type source interface {
	name() string
	// parts are the names of what there is to read for the regions; none: all.
	parts(ctx context.Context, regions []string) ([]string, error)
	// page reads a page of a part; the cursor of the first is empty.
	page(ctx context.Context, part, cursor string, want scope) (page, error)
	// compose makes prices of what was read, where the provider publishes those of
	// ingredients: find returns those whose key begins with a prefix.
	compose(find func(prefix string) ([]cost.Price, error)) ([]cost.Price, error)
}

// scope is what is wanted of a list: the prices that hold at a time.
type scope struct {
	regions []string // none: all
	now     time.Time
}

type page struct {
	prices    []cost.Price
	published time.Time // zero: the list does not say
	next      string    // cursor; empty: this was the last
}

func (i *Importer) source(provider string) (source, error) {
	if base, ok := map[string]string{"aws": i.AWS, "azure": i.Azure, "gcp": i.GCP}[provider]; ok && !private(base) {
		return nil, usererr.New(usererr.Invalid, "The price list of %s is to be read from %s, where anybody on the way could change it. Nothing was changed. Set CLOUDENGINE_PRICES_%s_URL to an https address.",
			provider, base, strings.ToUpper(provider))
	}
	switch provider {
	case "aws":
		return &aws{i.fetcher(i.AWS)}, nil
	case "azure":
		return &azure{i.fetcher(i.Azure)}, nil
	case "gcp":
		if i.GCPKey == "" {
			return nil, usererr.New(usererr.Unavailable, "Google Cloud's prices need an API key. Nothing was changed. Set CLOUDENGINE_PRICES_GCP_KEY to a key of a Google Cloud project that has the Cloud Billing API enabled.")
		}
		return &gcp{fetcher: i.fetcher(i.GCP), key: i.GCPKey}, nil
	}
	return nil, usererr.New(usererr.Invalid, "There is no price list of %q. Nothing was changed. Choose one of %s.", provider, strings.Join(Providers(), ", "))
}

// private reports whether no stranger can read or change what comes from an address: by
// it people approve, and the question may have an API key in it. Without TLS it is that
// of a proxy or a copy nearby.
func private(base string) bool {
	u, err := url.Parse(base)
	if err != nil || u.Scheme == "https" {
		return err == nil
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		return ip.IsLoopback() || ip.IsPrivate()
	}
	return !strings.Contains(u.Hostname(), ".") // a name of the local network
}

func (i *Importer) fetcher(base string) fetcher {
	return fetcher{client: i.client, base: base, wait: i.Wait, stall: i.stall, log: i.Logger}
}

// public gives an error a text that says what it means; the cause stays with it.
func (i *Importer) public(err error, provider string) error {
	var link *url.Error
	if _, said := usererr.Of(err); err == nil || said || errors.Is(err, context.Canceled) {
		return err
	}
	if errors.As(err, &link) {
		link.URL = hideKey(link.URL)
	}
	return usererr.New(usererr.Unavailable, "The price list of %s could not be read to its end. The prices before stay in use, and what was read is kept: the next import goes on from there.", provider).Wrap(err)
}

// hideKey takes the API key out of an address.
func hideKey(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(an address)"
	}
	q := u.Query()
	if q.Has("key") {
		q.Set("key", "hidden")
		u.RawQuery = q.Encode()
	}
	return u.String()
}
