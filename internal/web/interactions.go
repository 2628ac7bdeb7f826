package web

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/usererr"
)

const (
	// maxInteraction is the size of a request in bytes. The largest that Discord
	// sends is a form of five fields of 4000 characters with the message that it
	// was opened from: a few hundred KiB, were every character escaped.
	maxInteraction = 1 << 20
	// signatureLife is how far the time of a signature may be from ours, before or
	// after: older requests are somebody's replay.
	signatureLife = 5 * time.Minute
)

// Interactions is the endpoint to which Discord posts what people do, signed.
// https://docs.discord.com/developers/interactions/overview says what Discord
// asks of it, and tests again and again: who answers to a bad signature with
// anything but 401 is not used any more.
//
// An interaction is answered by a callback, as one of the gateway is, so the
// request itself is answered with 202 as soon as the interaction is taken.
type Interactions struct {
	// Key is the application's public key.
	Key ed25519.PublicKey
	// Take hands an interaction over, as its JSON, and returns at once. An error
	// of code usererr.Unavailable says that another replica may take it, any other
	// one that nobody can.
	Take   func(body []byte) error
	Logger *slog.Logger
}

// ServeHTTP answers one request. Nothing of its body is read as anything but
// bytes before the signature is known to be Discord's.
func (h *Interactions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			h.Logger.ErrorContext(r.Context(), "an interaction over HTTP failed", slog.Any("error", fmt.Errorf("panic: %v\n%s", p, debug.Stack())))
			refuse(w, http.StatusInternalServerError)
		}
	}()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxInteraction))
	if err != nil {
		refuse(w, statusOfRead(err))
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if !discordgo.VerifyInteraction(r, h.Key) || !isFresh(r.Header.Get("X-Signature-Timestamp"), time.Now()) {
		refuse(w, http.StatusUnauthorized)
		return
	}
	var head struct {
		Type discordgo.InteractionType `json:"type"`
	}
	if err := json.Unmarshal(body, &head); err != nil {
		refuse(w, http.StatusBadRequest)
		return
	}
	if head.Type == discordgo.InteractionPing {
		answer(w, http.StatusOK, discordgo.InteractionResponse{Type: discordgo.InteractionResponsePong})
		return
	}
	h.take(w, r, body)
}

func (h *Interactions) take(w http.ResponseWriter, r *http.Request, body []byte) {
	err := h.Take(body)
	switch {
	case err == nil:
		w.WriteHeader(http.StatusAccepted)
	case usererr.Is(err, usererr.Unavailable):
		h.Logger.WarnContext(r.Context(), "an interaction over HTTP is left to another replica", slog.Any("error", err))
		refuse(w, http.StatusServiceUnavailable)
	default:
		h.Logger.ErrorContext(r.Context(), "an interaction over HTTP cannot be read", slog.Any("error", err))
		refuse(w, http.StatusBadRequest)
	}
}

// isFresh reports whether a signature's time, in Unix seconds, is near now.
func isFresh(stamp string, now time.Time) bool {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return false
	}
	age := now.Sub(time.Unix(seconds, 0))
	return -signatureLife <= age && age <= signatureLife
}

func statusOfRead(err error) int {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// refuse says no more than the status does: whoever asks is a stranger.
func refuse(w http.ResponseWriter, status int) {
	http.Error(w, http.StatusText(status), status)
}
