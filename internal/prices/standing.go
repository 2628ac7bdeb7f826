package prices

import (
	"fmt"
	"strings"
	"time"

	"github.com/cloud-engine/cloudengine/internal/store"
)

// Standing is how the list prices of a provider are that estimates are made of.
type Standing struct {
	Provider string
	// Oldest is when the oldest list in use was published; nil: none is loaded yet.
	Oldest *time.Time
	// Imported is the list that was imported, and is in use; nil: none, but those that
	// came with the program.
	Imported *store.PriceSnapshot
	// Refused is the import after it, which was not switched to; nil: there was none.
	Refused *store.PriceSnapshot
	// Pending is an import that is under way, or was interrupted; nil: there is none.
	Pending *store.PriceSnapshot
}

// Standings tells of each provider that publishes prices, from the snapshots that are
// kept.
func Standings(snapshots []store.PriceSnapshot) []Standing {
	var list []Standing
	for _, provider := range Providers() {
		s := Standing{Provider: provider}
		for _, snap := range snapshots {
			if snap.Provider == provider {
				s.add(snap)
			}
		}
		if s.Refused != nil && s.Imported != nil && s.Refused.Fetched.Before(*s.Imported.Fetched) {
			s.Refused = nil // history: a later list was sound
		}
		list = append(list, s)
	}
	return list
}

func (s *Standing) add(snap store.PriceSnapshot) {
	latest := func(of **store.PriceSnapshot) {
		if *of == nil || (*of).ID < snap.ID {
			*of = &snap
		}
	}
	switch snap.State {
	case store.PricesCurrent:
		if s.Oldest == nil || snap.Published.Before(*s.Oldest) {
			s.Oldest = snap.Published
		}
		if !snap.Embedded {
			latest(&s.Imported)
		}
	case store.PricesRefused:
		latest(&s.Refused)
	case store.PricesImporting:
		latest(&s.Pending)
	}
}

// Stale reports whether prices are older than an estimate should be made of: nothing was
// imported for so long that two refreshes have failed.
func (s Standing) Stale(now time.Time) bool {
	return s.Imported == nil || now.Sub(*s.Imported.Fetched) > 2*refreshEvery
}

// Text says it in a sentence or two, without the provider's name.
func (s Standing) Text(now time.Time) string {
	var text string
	switch {
	case s.Oldest == nil:
		text = "none yet: the first start loads those that come with the program"
	case s.Imported == nil:
		text = fmt.Sprintf("those that came with the program, the oldest of %s (%s)", date(s.Oldest), age(now, *s.Oldest))
	default:
		text = fmt.Sprintf("%d prices imported on %s (%s), published on %s", s.Imported.Rows, date(s.Imported.Fetched), age(now, *s.Imported.Fetched), date(s.Imported.Published))
	}
	if r := s.Refused; r != nil {
		text += fmt.Sprintf(". The import of %s%s was refused, and these stay in use: %s", date(r.Fetched), in(r.Regions), strings.Join(r.Reasons, "; "))
	}
	if p := s.Pending; p != nil {
		text += fmt.Sprintf(". An import%s is under way or was interrupted, since %s", in(p.Regions), p.CreatedAt.UTC().Format("2006-01-02 15:04"))
	}
	return text
}

func in(regions []string) string {
	if len(regions) == 0 {
		return ""
	}
	return " of " + strings.Join(regions, ", ")
}

func date(at *time.Time) string { return at.UTC().Format(time.DateOnly) }

// age is for how long something is so, in days.
func age(now, since time.Time) string {
	switch days := int(now.Sub(since).Hours() / 24); {
	case days < 1:
		return "today"
	case days == 1:
		return "1 day ago"
	default:
		return fmt.Sprintf("%d days ago", days)
	}
}
