package discord

import (
	"fmt"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// slot is a place in a command's definition that a text is for.
type slot struct {
	keys []string // of the texts that fit, the closest first
	fill func(text string, localized map[discordgo.Locale]string)
}

// slots are all places of a definition that texts are for. Names of commands and
// options are none: documents and refusals quote them. Nor are choices that come
// with a text of their own.
func slots(c *discordgo.ApplicationCommand) []slot {
	found := []slot{{[]string{c.Name}, func(text string, localized map[discordgo.Locale]string) {
		c.Description, c.DescriptionLocalizations = text, &localized
	}}}
	add := func(path string, fill func(string, map[discordgo.Locale]string)) {
		found = append(found, slot{[]string{c.Name + "." + path, "*." + path}, fill})
	}
	for _, o := range c.Options {
		add(o.Name, func(text string, localized map[discordgo.Locale]string) {
			o.Description, o.DescriptionLocalizations = text, localized
		})
		for _, ch := range o.Choices {
			if ch.Name == "" {
				add(o.Name+"."+fmt.Sprint(ch.Value), func(text string, localized map[discordgo.Locale]string) {
					ch.Name, ch.NameLocalizations = text, localized
				})
			}
		}
	}
	return found
}

// localize gives a definition its texts, in every language.
func (t texts) localize(c *discordgo.ApplicationCommand) error {
	for _, s := range slots(c) {
		key, ok := t.key(s)
		if !ok {
			return fmt.Errorf("there is no text %s", strings.Join(s.keys, " or "))
		}
		localized := map[discordgo.Locale]string{}
		for _, l := range []discordgo.Locale{discordgo.German, discordgo.SpanishES, discordgo.SpanishLATAM} {
			localized[l] = t.say(l, key)
		}
		s.fill(t.say(discordgo.EnglishUS, key), localized)
	}
	return nil
}

// key is that of the text which fits a place best.
func (t texts) key(s slot) (string, bool) {
	for _, key := range s.keys {
		if t[key] != nil {
			return key, true
		}
	}
	return "", false
}
