package terraform_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/cloud-engine/cloudengine/internal/terraform"
)

func TestMask(t *testing.T) {
	t.Parallel()
	const secret = `p<ss&"wörd\/ +9`
	key := "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\n-----END KEY-----\n"
	masker := terraform.NewMasker([]string{"pass", secret, key, "abc", "", "create", "password-longer"})
	encoded, _ := json.Marshal(secret)
	twice, _ := json.Marshal(string(encoded))
	for name, form := range map[string]string{
		"raw":              secret,
		"JSON":             string(encoded),
		"JSON in JSON":     string(twice),
		"JSON, HTML plain": strings.NewReplacer(`\u003c`, "<", `\u0026`, "&").Replace(string(encoded)),
		"base64":           base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 URL":       base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"query":            url.QueryEscape(secret),
		"path":             url.PathEscape(secret),
		"hex":              hex.EncodeToString([]byte(secret)),
		"multi-line":       "MIIEvQIBADANBg",
		"overlapping":      "password-longer",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line := `{"@message":"it is ` + form + `, see"}`
			got := string(masker.Mask([]byte(line)))
			want := `{"@message":"it is (sensitive), see"}`
			if strings.HasPrefix(form, `"`) { // the quotes are not the secret's
				got = strings.NewReplacer(`"\"(sensitive)\""`, "(sensitive)", `"(sensitive)"`, "(sensitive)").Replace(got)
			}
			if got != want {
				t.Errorf("masked to %s", got)
			}
		})
	}
	for _, user := range []string{"", "u", "us", "use"} { // base64 of user:password, at every alignment
		header := base64.StdEncoding.EncodeToString([]byte(user + ":" + secret + ":end"))
		got := masker.MaskString("Basic " + header)
		i := strings.Index(got, "(sensitive)")
		if i < 0 {
			t.Fatalf("the header of user %q is shown", user)
		}
		left, _ := base64.RawStdEncoding.DecodeString(strings.TrimPrefix(got[:i], "Basic "))
		if strings.Contains(string(left), "p<") {
			t.Errorf("%q is left of the header", left)
		}
	}
	for _, line := range []string{"abc is short", `"action":"create"`, "nothing here", ""} {
		if got := masker.MaskString(line); got != line {
			t.Errorf("%q became %q", line, got)
		}
	}
	if got := (terraform.Masker{}).MaskString("x"); got != "x" {
		t.Errorf("no masker masks: %q", got)
	}
}

func BenchmarkMask(b *testing.B) {
	secrets := make([]string, 50)
	for i := range secrets {
		secrets[i] = fmt.Sprintf("secret-value-%04d-of-a-usual-length", i)
	}
	masker := terraform.NewMasker(secrets)
	line := []byte(`{"@level":"info","@message":"module.compute_vm-web.terraform_data.this: Creation complete after 1s [id=0a7f3833-c241-ea70-32cc-3447e165a544]","@module":"terraform.ui","@timestamp":"2026-11-22T20:25:13.343761Z","type":"apply_complete"}`)
	for b.Loop() {
		masker.Mask(line)
	}
}
