package mask_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/mask"
)

const (
	awkward = `p<ss&"wörd\/ +9`
	key     = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n"
)

func TestMask(t *testing.T) {
	t.Parallel()
	masker := mask.New([]string{"pass", awkward, key, "abc", "", "create", "password-longer", "true", "12345"})
	encoded, _ := json.Marshal(awkward)
	twice, _ := json.Marshal(string(encoded))
	for name, form := range map[string]string{
		"raw":               awkward,
		"JSON":              string(encoded),
		"JSON in JSON":      string(twice),
		"JSON, HTML plain":  strings.NewReplacer(`\u003c`, "<", `\u0026`, "&").Replace(string(encoded)),
		"base64":            base64.StdEncoding.EncodeToString([]byte(awkward)),
		"base64 URL":        base64.RawURLEncoding.EncodeToString([]byte(awkward)),
		"query":             url.QueryEscape(awkward),
		"query, lower":      lowerEscapes(url.QueryEscape(awkward)),
		"path":              url.PathEscape(awkward),
		"path with a slash": strings.ReplaceAll(url.PathEscape(awkward), "%2F", "/"),
		"hex":               hex.EncodeToString([]byte(awkward)),
		"HEX":               strings.ToUpper(hex.EncodeToString([]byte(awkward))),
		"multi-line":        "MIIEvQIBADANBg",
		"longer":            "password-longer",
		"overlapping":       "123456pass12345",
		"number":            "12345",
		"word":              "create",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := masker.Mask("it is " + form + ", see")
			if strings.HasPrefix(form, `"`) { // the quotes are not the secret's
				got = strings.NewReplacer(`"\"(sensitive)\""`, mask.Hidden, `"(sensitive)"`, mask.Hidden).Replace(got)
			}
			if name == "overlapping" {
				got = strings.Replace(got, "(sensitive)6(sensitive)", mask.Hidden, 1) // 6 is nobody's
			}
			if got != "it is (sensitive), see" {
				t.Errorf("masked to %s", got)
			}
		})
	}
	for _, text := range []string{"abc is short", "it is true", "nothing here", "", mask.Hidden} {
		if got := masker.Mask(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// lowerEscapes writes the escapes of a URL as some programs do: %2f, not %2F.
func lowerEscapes(s string) string {
	return regexp.MustCompile("%..").ReplaceAllStringFunc(s, strings.ToLower)
}

// Of secrets that overlap none shows an end.
func TestMaskOverlapping(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		secrets    []string
		text, want string
	}{
		{[]string{"abcd", "cdef"}, "xabcdefx", "x(sensitive)x"},
		{[]string{"abcdef", "bcde", "defgh"}, "xabcdefghx", "x(sensitive)x"},
		{[]string{"hunter2", "hunter"}, "hunter2 hunter3", "(sensitive) (sensitive)3"},
		{[]string{"aaaa"}, "aaaaaaa", "(sensitive)"},
		{[]string{"host", "p@ss"}, "https://me:p@ss@host", "https://me:(sensitive)@(sensitive)"},
		{[]string{"sensitive"}, "(sensitive)", "(sensitive)"},
	} {
		if got := mask.New(tc.secrets).Mask(tc.text); got != tc.want {
			t.Errorf("%q became %q, want %q", tc.text, got, tc.want)
		}
	}
}

// However what holds a secret is encoded as a whole and wrapped, at most three
// characters of it in base64, or seven in hex, are left at a wrap.
func TestMaskEncodedAndWrapped(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"hunter2-xyz", "correct horse battery", awkward, strings.Repeat("k3y/", 60)} {
		masker := mask.New([]string{secret})
		for ahead := range 80 {
			whole := []byte(strings.Repeat("\x00", ahead) + secret + strings.Repeat("\x00", 70))
			for _, width := range []int{64, 76} {
				checkWrapped(t, masker, "base64", base64.StdEncoding.EncodeToString(whole), secret, width, 3)
				checkWrapped(t, masker, "base64 URL", base64.RawURLEncoding.EncodeToString(whole), secret, width, 3)
			}
			checkWrapped(t, masker, "hex", hex.EncodeToString(whole), secret, 60, 7)
		}
	}
}

// checkWrapped wraps an encoded text as the commands base64 and xxd do, and looks
// for characters that are not masked and stand for some of the secret.
func checkWrapped(t *testing.T, masker mask.Masker, name, encoded, secret string, width, most int) {
	t.Helper()
	var lines []string
	for len(encoded) > width {
		lines, encoded = append(lines, encoded[:width]), encoded[width:]
	}
	for _, line := range append(lines, encoded) { // each alone, as a provisioner's lines come
		for _, shown := range strings.Split(masker.Mask(line), mask.Hidden) {
			left := strings.Trim(shown, "A0=") // what base64 and hex make of NULs
			if len(left) > most+1 {            // and one that stands for what is beside the secret as well
				t.Errorf("%s of %q shows %q in %q", name, secret, left, masker.Mask(line))
			}
		}
	}
}

func TestMaskLines(t *testing.T) {
	t.Parallel()
	masker := mask.New([]string{key, "first line\r\n    second: \"line\"\r\n"})
	for name, tc := range map[string]struct{ text, want string }{
		"whole":        {"is " + key + "?", "is (sensitive)?"},
		"indented":     {"<<-EOT\n" + strings.ReplaceAll("    "+key, "\n", "\n    "), "<<-EOT\n    (sensitive)\n    (sensitive)\n    (sensitive)\n    (sensitive)\n    "},
		"one line":     {"    kqhkiG9w0BAQEF", "    (sensitive)"},
		"JSON":         {`{"k":"-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n"}`, `{"k":"(sensitive)"}`},
		"Windows":      {"first line", "(sensitive)"},
		"line in JSON": {`"second: \"line\""`, `"(sensitive)"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := masker.Mask(tc.text); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// Passwords in URLs are hidden without being known.
func TestMaskURLs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"postgres://bot:hunter2@db:5432/x?sslmode=require": "postgres://bot:(sensitive)@db:5432/x?sslmode=require",
		"two https://a:b@c and ftp://d:e@f.":               "two https://a:(sensitive)@c and ftp://d:(sensitive)@f.",
		"redis://:hunter2@cache/0":                         "redis://:(sensitive)@cache/0",
		"mysql://u:p@ss/w:rd@h/x":                          "mysql://u:(sensitive)@h/x",
		`"url":"amqp://u:p%40@h"`:                          `"url":"amqp://u:(sensitive)@h"`,
		"https://host:8443/a@b":                            "https://host:8443/a@b",
		"https://host/a:b@c":                               "https://host/a:b@c",
		"ssh://git@host/x":                                 "ssh://git@host/x",
		"https://user:@host":                               "https://user:@host",
		"see https://host:80 or a:b@c":                     "see https://host:80 or a:b@c",
		"://:@":                                            "://:@",
	} {
		if got := (mask.Masker{}).Mask(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

// However a text is cut, what is shown of its parts holds no secret, and at most
// three bytes of one.
func TestContinue(t *testing.T) {
	t.Parallel()
	masker := mask.New([]string{"hunter2-secret", "secret-agent", awkward})
	for _, text := range []string{"it is hunter2-secret-agent, see", "hunter2-secret", "it is " + awkward + " and hunter2-secret"} {
		for first := range len(text) {
			for second := first; second <= len(text); second++ {
				var shown []string
				before := ""
				for _, part := range []string{text[:first], text[first:second], text[second:]} {
					var masked string
					masked, before = masker.Continue(before, part)
					shown = append(shown, masked)
				}
				for rest := range strings.SplitSeq(strings.Join(shown, ""), mask.Hidden) {
					for at := 0; at+4 <= len(rest); at++ {
						if piece := rest[at : at+4]; !strings.Contains("it is , see and ", piece) && strings.Contains("hunter2-secret-agent"+awkward, piece) {
							t.Fatalf("%q shows %q in %q", text, piece, shown)
						}
					}
				}
			}
		}
	}
	if masked, after := (mask.Masker{}).Continue("", "nothing"); masked != "nothing" || after != "" {
		t.Errorf("got %q, %q", masked, after)
	}
	if masked, _ := masker.Continue("hunter2-", "harmless"); masked != "harmless" {
		t.Errorf("what is no secret is hidden: %q", masked)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	masker := mask.New([]string{"hunter2", "this", "database"})
	for address, want := range map[string]string{
		"":                                 "",
		"module.database-x.aws_db.this":    "module.database-x.aws_db.this",
		`module.x.aws_db.a["hunter2"]`:     `module.x.aws_db.a["(sensitive)"]`,
		`module.x["a.hunter2"].aws_db.a`:   `module.x["a.(sensitive)"].aws_db.a`,
		`aws_db.a["aHVudGVyMg=="].sub["x`:  `aws_db.a["(sensitive)"].sub["x`,
		`module.x["https://u:p@h"].y.z[0]`: `module.x["https://u:(sensitive)@h"].y.z[0]`,
	} {
		if got := masker.Address(address); got != want {
			t.Errorf("%q became %q, want %q", address, got, want)
		}
	}
}

const line = `module.compute_vm-web.terraform_data.this: Creation complete after 1s [id=0a7f3833-c241-ea70-32cc-3447e165a544]`

func BenchmarkMask(b *testing.B) {
	var keys []string
	for i := range 5 {
		body := base64.StdEncoding.EncodeToString([]byte(strings.Repeat(fmt.Sprintf("key %d ", i), 200)))
		keys = append(keys, "-----BEGIN PRIVATE KEY-----\n"+strings.Join([]string{body[:64], body[64:128], body[128:]}, "\n"))
	}
	values := make([]string, 50)
	for i := range values {
		values[i] = fmt.Sprintf("secret-value-%04d-of-a-usual-length", i)
	}
	for _, set := range []struct {
		name    string
		secrets []string
	}{{"none", nil}, {"values", values}, {"keys", keys}} {
		masker := mask.New(set.secrets)
		for _, text := range []struct{ name, text string }{
			{"line", line}, {"blob", strings.Repeat("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo", 100)}, {"hostile", strings.Repeat("secret-value-", 300)},
		} {
			b.Run(set.name+"/"+text.name, func(b *testing.B) {
				b.SetBytes(int64(len(text.text)))
				for b.Loop() {
					masker.Mask(text.text)
				}
			})
		}
	}
}

func BenchmarkNew(b *testing.B) {
	secrets := make([]string, 50)
	for i := range secrets {
		secrets[i] = fmt.Sprintf("secret-value-%04d-of-a-usual-length", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		mask.New(secrets)
	}
}
