package doctor

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		colour bool
		write  func(r *report)
		ok     bool
	}{
		"report": {write: everyMark},
		"colour": {colour: true, write: everyMark},
		"well":   {write: func(r *report) { r.ok("discord", "answers") }, ok: true},
		"warned": {write: func(r *report) { r.warn("clock", "3s ahead of Discord's", "Let this machine keep its time.") }, ok: true},
		"one": {write: func(r *report) {
			r.fail("space", "12 MiB free", "Free some.", nil)
			r.skip("channel", "add --channel")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := &report{out: &out, colour: test.colour}
			test.write(r)
			if ok := r.end(); ok != test.ok {
				t.Errorf("end: %t", ok)
			}
			golden(t, name, out.String())
		})
	}
}

func everyMark(r *report) {
	r.ok("configuration", "complete")
	r.fail("bot", "Discord refuses the token", "Reset it in the developer portal (https://discord.com/developers/applications, your application, Bot, Reset Token) and set DISCORD_TOKEN to the new one.", errors.New("HTTP 401: 401: Unauthorized (code 0)"))
	r.skip("server", "the bot cannot log in")
	r.skip("channel", "the bot cannot log in")
	r.ok("terraform", "%s at %s", "1.11.4", "/usr/local/bin/terraform")
	r.warn("space", "1.2 GiB free", "Free some, or name a directory on a larger disk with CLOUDENGINE_DATA.")
	r.fail("postgres", "the database cannot be reached", "", errors.New("first line\nsecond line \x1b[31mred\a"))
}

// What comes from a server cannot write to the terminal.
func TestReportHasNoControlCharacters(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	r := &report{out: &out}
	r.warn("server", "evil\x1b]0;title\x07\r\b\u009b31m", "\x7f\x00")
	if i := strings.IndexFunc(out.String(), func(c rune) bool { return c < ' ' && c != '\n' || c >= 0x7f && c < 0xa0 }); i >= 0 {
		t.Errorf("control character %q in %q", out.String()[i], out.String())
	}
}
