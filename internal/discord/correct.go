package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// A form that was not taken is kept as a draft: the button f/<draft> opens it
// again, filled in, and f/<draft>/<generation>/<page> is where that form leads.

// keep stores what was typed, says what is wrong with it, and offers to correct
// it.
func (c *call) keep(ctx context.Context, f form, cause error) error {
	if usererr.Is(cause, usererr.NotFound) {
		return cause // there is nothing to open it again for
	}
	id, err := c.Store.KeepDraft(ctx, store.FormDraft{
		GuildID: c.i.GuildID, SessionID: f.Session, UserID: c.person().UserID, Kind: f.Kind.Name, Editing: f.Editing, Raw: f.Raw,
	})
	if err != nil {
		c.Logger.ErrorContext(ctx, "what was typed into a form could not be kept", slog.Any("error", err))
		return cause
	}
	p := text(c.whatIsWrong(ctx, cause), row(button("Correct", discordgo.PrimaryButton, "f/"+id)))
	if c.isPrivate() {
		return c.replace(ctx, p)
	}
	return c.say(ctx, p)
}

// whatIsWrong lists every fault of a form, or says why it was refused.
func (c *call) whatIsWrong(ctx context.Context, err error) string {
	var wrong *orchestrator.FormError
	if !errors.As(err, &wrong) {
		return c.publicText(ctx, err) + "\nWhat you typed is kept: **Correct** opens it again."
	}
	return faultText(wrong.Faults)
}

func faultText(faults []catalog.Fault) string {
	const most = 15
	verb := "is"
	if len(faults) > 1 {
		verb = "are"
	}
	lines := []string{fmt.Sprintf("%s %s wrong. Nothing was changed, and what you typed is kept.", count(len(faults), "field"), verb)}
	for _, f := range faults[:min(len(faults), most)] {
		lines = append(lines, fmt.Sprintf("• **%s**: %s", safe(f.Label), faultLine(f)))
	}
	return strings.Join(append(lines, more(len(faults)-most)...), "\n")
}

// faultLine is what was typed, as it was, and what was expected.
func faultLine(f catalog.Fault) string {
	if f.Got == "" {
		return safe(f.Text())
	}
	rest, _ := strings.CutPrefix(f.Text(), f.Got)
	return code(f.Got, 60) + " " + safe(rest)
}

// correct opens a form that was kept.
func (c *call) correct(ctx context.Context, data discordgo.MessageComponentInteractionData) error {
	_, id, _ := strings.Cut(data.CustomID, "/")
	f, err := c.draft(ctx, id)
	if err != nil {
		return err
	}
	f.Page = f.firstFault()
	return c.open(ctx, f.modal(strings.Join([]string{"f", id, strconv.Itoa(f.Seen), strconv.Itoa(f.Page)}, "/")))
}

// draft reads a form that the person was about to fill in.
func (c *call) draft(ctx context.Context, id string) (form, error) {
	d, err := c.Store.Draft(ctx, id, c.i.GuildID, c.person().UserID)
	if errors.Is(err, store.ErrNotFound) {
		return form{}, usererr.New(usererr.NotFound, "What was typed is no longer kept: that ends after a day. Open the form from the lobby again.")
	}
	if err != nil {
		return form{}, err
	}
	f, err := c.form(ctx, d.SessionID, d.Kind, d.Editing)
	if err != nil { // what was typed is there all the same
		f = form{Session: d.SessionID, Kind: catalog.Kind{Name: d.Kind}, Editing: d.Editing}
	}
	f.Raw = d.Raw
	return f, err
}

// firstFault is the page of the first field that is wrong.
func (f form) firstFault() int {
	r, faults := f.Kind.Check(f.Raw)
	if len(faults) == 0 {
		regions := f.regions
		if !f.Kind.Regional() { // there is one, in the stack's own
			regions = regions[:min(1, len(regions))]
		}
		faults = f.Kind.Lacks(r, regions...)
	}
	for i, page := range f.Kind.Form(f.stack...).Pages() {
		for _, fault := range faults {
			if slices.ContainsFunc(page, func(field catalog.Field) bool { return field.Key == fault.Field }) {
				return i
			}
		}
	}
	return 0
}

// submitCorrection takes a corrected form.
func (c *call) submitCorrection(ctx context.Context, data discordgo.ModalSubmitInteractionData) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	parts := strings.Split(data.CustomID, "/")
	if len(parts) != 4 {
		return errUnknownButton
	}
	seen, known := parseNumber(parts[2])
	page, ok := parseNumber(parts[3])
	if !known || !ok {
		return errUnknownButton
	}
	f, err := c.draft(ctx, parts[1])
	if f.Raw == nil {
		return err
	}
	maps.Copy(f.Raw, readForm(data))
	if err != nil {
		return c.keep(ctx, f, err)
	}
	f.Seen, f.Page = seen, page
	return c.put(ctx, f)
}
