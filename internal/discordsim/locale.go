package discordsim

import "slices"

// defaultLocale is the language of those who have chosen none, and of
// guilds.
const defaultLocale = "en-US"

// locales are the languages of Discord's clients.
var locales = []string{
	"ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr", "hu", "id",
	"it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN", "zh-TW",
}

// Locales lists the languages of Discord's clients.
func Locales() []string { return slices.Clone(locales) }

// fallbacks are the documented second choices, before the default text.
var fallbacks = map[string]string{"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}

// localizations are the translations of one text, by locale.
type localizations = map[string]string

// translate is a text in a locale.
func translate(text string, known localizations, locale string) string {
	for _, l := range []string{locale, fallbacks[locale]} {
		if translated := known[l]; translated != "" {
			return translated
		}
	}
	return text
}

// localeOr is a locale that may not have been chosen.
func localeOr(locale string) string {
	if locale == "" {
		return defaultLocale
	}
	return locale
}

// SetLocale chooses the language of the person's client, in every guild.
func (m *Member) SetLocale(locale string) {
	mustLocale(locale)
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	m.sim.users[m.ID].locale = locale
	m.sim.tell(Event{Kind: EventCommands}, only(m.ID))
}

// Locale is the language of the person's client.
func (m *Member) Locale() string {
	m.sim.mu.Lock()
	defer m.sim.mu.Unlock()
	return m.sim.localeOf(m.ID)
}

// SetLocale chooses the language of the guild.
func (g *Guild) SetLocale(locale string) {
	mustLocale(locale)
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	g.locale = locale
	g.changed()
}

// mustLocale keeps tests from relying on a language that Discord lacks.
func mustLocale(locale string) {
	if !slices.Contains(locales, locale) {
		panic("discordsim: Discord has no locale " + locale)
	}
}

// localeOf is the language of a user. s.mu is held.
func (s *Sim) localeOf(userID string) string { return localeOr(s.users[userID].locale) }
