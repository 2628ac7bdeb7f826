package web_test

import (
	"crypto/ed25519"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cloud-engine/cloudengine/internal/web"
)

// Whatever is posted, only what Discord signed a moment ago is handed over, byte
// for byte; what it did not sign is refused with 401.
func FuzzEndpoint(f *testing.F) {
	const unsigned, signed, signedNow = 0, 1, 2
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		f.Fatal(err)
	}
	now := stampOf(time.Now())
	f.Add(command, strings.Repeat("0", 128), now, uint8(unsigned))
	f.Add(`{"type":1}`, "", "", uint8(unsigned))
	f.Add(command, "", "1", uint8(signed))
	f.Add(command, "", "-9223372036854775808", uint8(signed))
	f.Add(command, "", "9223372036854775807", uint8(signed))
	f.Add(command, "", "+"+now, uint8(signed))
	f.Add(command, "", now+".5", uint8(signed))
	f.Add(`{"type":1}`, "", "", uint8(signedNow))
	f.Add(`{"type":1,"type":2}`, "", "", uint8(signedNow))
	f.Add(`{"TYPE":1}`, "", "", uint8(signedNow))
	f.Add(`{"type":300}`, "", "", uint8(signedNow))
	f.Add("null", "", "", uint8(signedNow))
	f.Add(strings.Repeat("[", 20000), "", "", uint8(signedNow))
	f.Fuzz(func(t *testing.T, body, signature, stamp string, how uint8) {
		how %= 3
		if how == signedNow {
			stamp = stampOf(time.Now())
		}
		if how != unsigned {
			signature = sign(private, stamp, body)
		}
		var taken []string
		handler := web.Handler(web.Options{Logger: slog.New(slog.DiscardHandler), Interactions: &web.Interactions{
			Key: public, Logger: slog.New(slog.DiscardHandler),
			Take: func(b []byte) error { taken = append(taken, string(b)); return nil },
		}})
		r := httptest.NewRequest(http.MethodPost, "/interactions", strings.NewReader(body))
		r.Header.Set("X-Signature-Ed25519", signature)
		r.Header.Set("X-Signature-Timestamp", stamp)
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)

		if handed := rec.Code == http.StatusAccepted; handed != (len(taken) == 1) || handed && taken[0] != body {
			t.Fatalf("status %d, taken %q of %q", rec.Code, taken, body)
		}
		switch {
		case len(body) > 1<<20:
			if rec.Code != http.StatusRequestEntityTooLarge {
				t.Fatalf("%d bytes: status %d", len(body), rec.Code)
			}
		case how == unsigned || isFarFromNow(stamp):
			if rec.Code != http.StatusUnauthorized {
				t.Fatalf("status %d for signature %q at %q", rec.Code, signature, stamp)
			}
		case how == signedNow:
			if want := json.Valid([]byte(body)); rec.Code == http.StatusUnauthorized || !want && rec.Code != http.StatusBadRequest {
				t.Fatalf("status %d for %q", rec.Code, body)
			}
		}
	})
}

// isFarFromNow reports whether a time is no number, or one that no clock of ours
// would pass.
func isFarFromNow(stamp string) bool {
	seconds, err := strconv.ParseFloat(stamp, 64)
	off := seconds - float64(time.Now().Unix())
	return err != nil || off < -310 || off > 310
}
