package discord

import (
	"bytes"
	_ "embed" // for the catalogue
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"
)

// catalogue holds the texts that people read in their own language.
//
//go:embed texts.json
var catalogue []byte

// texts are texts by key, each in every language.
//
// The keys of a command follow from its definition: `cloud-grant` is what it is
// for, `cloud-grant.level` what an option is for, `cloud-grant.level.view` a
// choice. What commands have in common may stand once, under `*.level.view`. Any
// other key belongs to a text that is said.
type texts map[string]map[language]string

// language is one that the catalogue is written in.
type language string

const (
	english language = "en"
	german  language = "de"
	spanish language = "es"
)

func languages() []language { return []language{english, german, spanish} }

// languageOf is what somebody reads whose Discord is set to a locale.
func languageOf(l discordgo.Locale) language {
	switch l {
	case discordgo.German:
		return german
	case discordgo.SpanishES, discordgo.SpanishLATAM:
		return spanish
	}
	return english
}

// say is a text in the language of a locale, filled in as by fmt.Sprintf.
func (t texts) say(locale discordgo.Locale, key string, args ...any) string {
	text, ok := t[key][languageOf(locale)]
	switch {
	case !ok:
		return key // there is none such: a test looks for every key that is said
	case len(args) == 0:
		return text
	}
	return fmt.Sprintf(text, args...)
}

// parseTexts reads a catalogue. A text that lacks a language, or does not take
// the same values in all of them, is an error: nobody would see it but those who
// read that language.
func parseTexts(raw []byte) (texts, error) {
	t := texts{}
	dec := json.NewDecoder(bytes.NewReader(raw))
	err := eachMember(dec, func(key string) error {
		if t[key] != nil {
			return fmt.Errorf("text %q is there twice", key)
		}
		t[key] = map[language]string{}
		if err := parseText(dec, t[key]); err != nil {
			return fmt.Errorf("text %q: %w", key, err)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the texts: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read the texts: something follows the catalogue")
	}
	return t, nil
}

// parseText reads one text in all its languages.
func parseText(dec *json.Decoder, into map[language]string) error {
	err := eachMember(dec, func(name string) error {
		l := language(name)
		if !slices.Contains(languages(), l) {
			return fmt.Errorf("unknown language %q", l)
		}
		if _, ok := into[l]; ok {
			return fmt.Errorf("language %q is there twice", l)
		}
		var text string
		if err := dec.Decode(&text); err != nil {
			return fmt.Errorf("language %q: %w", l, err)
		}
		into[l] = text
		return nil
	})
	if err != nil {
		return err
	}
	for _, l := range languages() {
		if into[l] == "" {
			return fmt.Errorf("language %q is missing", l)
		}
		if !maps.Equal(placeholders(into[l]), placeholders(into[english])) {
			return fmt.Errorf("language %q takes other values than English", l)
		}
	}
	return nil
}

// eachMember reads an object and calls member after each name, to read the value.
// (A map would take a name that is there twice in silence.)
func eachMember(dec *json.Decoder, member func(name string) error) error {
	if start, err := dec.Token(); err != nil {
		return err
	} else if start != json.Delim('{') {
		return fmt.Errorf("expected an object, found %v", start)
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		if err := member(fmt.Sprint(name)); err != nil {
			return err
		}
	}
	_, err := dec.Token() // the closing brace
	return err
}

var placeholder = regexp.MustCompile(`%[-+#0-9.]*(?:\[([0-9]+)\])?([a-zA-Z%])`)

// placeholders are the values that a text takes, by their place among the arguments.
func placeholders(text string) map[int]string {
	found := map[int]string{}
	at := 0
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if m[2] == "%" {
			continue
		}
		at++
		if n, err := strconv.Atoi(m[1]); err == nil {
			at = n
		}
		found[at] = m[2]
	}
	return found
}
