package discord

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/catalog"
	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/policy"
	"github.com/cloud-engine/cloudengine/internal/project"
	"github.com/cloud-engine/cloudengine/internal/store"
	"github.com/cloud-engine/cloudengine/internal/usererr"
)

// form is a resource's form, open or about to be: which resource of which
// session, and what is filled in.
type form struct {
	Session string
	Seen    int
	Kind    catalog.Kind
	Editing string // label of the resource that is edited, empty for a new one
	Page    int    // from 0
	Raw     map[string]string
	regions []string // of the deployment, the stack's own first
	stack   []project.Resource
}

// route is where the form leads when it is sent: to a kind, or to the label and
// the page of what is edited, which names its kind.
func (f form) route() route {
	r := route{Session: f.Session, Verb: verbForm, Seen: f.Seen, More: []string{f.Kind.Name}}
	if f.Editing != "" {
		r.More = []string{"", f.Editing, strconv.Itoa(f.Page)}
	}
	return r
}

// formOf reads the route again.
func formOf(r route) form {
	f := form{Session: r.Session, Seen: r.Seen, Kind: catalog.Kind{Name: r.more(0)}, Editing: r.more(1)}
	if f.Editing != "" {
		f.Kind.Name, _, _ = strings.Cut(f.Editing, ".")
	}
	if page, ok := parseNumber(r.more(2)); ok {
		f.Page = page
	}
	return f
}

// modal draws the form's page.
func (f form) modal(customID string) *discordgo.InteractionResponseData {
	filled := f.Kind.Form(f.stack...).With(f.Raw)
	pages := filled.Pages()
	page := pages[min(f.Page, len(pages)-1)]
	title := filled.Title
	if f.Editing != "" {
		title = "Edit " + f.Editing
	}
	modal := &discordgo.InteractionResponseData{Title: clip(title, 45), CustomID: customID}
	for _, field := range page {
		typed := field.Default
		if raw, ok := f.Raw[field.Key]; ok && (field.Input == catalog.InputText || field.Input == catalog.InputParagraph) {
			typed = raw
		}
		modal.Components = append(modal.Components, discordgo.Label{Label: field.Label, Description: field.Help, Component: input(field, typed)})
	}
	return modal
}

// input is the component for a field, filled in.
func input(field catalog.Field, typed string) discordgo.MessageComponent {
	switch field.Input {
	case catalog.InputBoolean:
		return choices(field, []catalog.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}, typed)
	case catalog.InputSelect:
		return choices(field, field.Options, typed)
	}
	most := cmp.Or(field.Max, maxTyped)
	in := discordgo.TextInput{CustomID: field.Key, Style: discordgo.TextInputShort, Required: yes(field.Required), MaxLength: most, Value: cut(typed, most)}
	if field.Input == catalog.InputParagraph {
		in.Style = discordgo.TextInputParagraph
	}
	return in
}

// maxTyped is the longest text that a form takes.
const maxTyped = 4000

// cut is the beginning of a text, as it is.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

func choices(field catalog.Field, from []catalog.Option, chosen string) discordgo.SelectMenu {
	m := discordgo.SelectMenu{MenuType: discordgo.StringSelectMenu, CustomID: field.Key, Required: yes(field.Required)}
	if !field.Required {
		none := 0
		m.MinValues = &none
	}
	for _, o := range from[:min(len(from), maxOptions)] {
		opt := option(cmp.Or(o.Label, o.Value), o.Value, "")
		opt.Default = o.Value == chosen
		m.Options = append(m.Options, opt)
	}
	return m
}

// readForm is what was filled in, by field key.
func readForm(data discordgo.ModalSubmitInteractionData) map[string]string {
	raw := map[string]string{}
	for _, c := range data.Components {
		label, ok := c.(*discordgo.Label)
		if !ok {
			continue
		}
		switch in := label.Component.(type) {
		case *discordgo.TextInput:
			raw[storable(in.CustomID)] = storable(in.Value)
		case *discordgo.SelectMenu:
			key := storable(in.CustomID)
			raw[key] = ""
			if len(in.Values) > 0 {
				raw[key] = storable(in.Values[0])
			}
		}
	}
	return raw
}

// openForm opens the form of a new resource of a kind, or of one that exists.
func (c *call) openForm(ctx context.Context, r route, kind, editing string) error {
	f, err := c.form(ctx, r.Session, kind, editing)
	if err != nil {
		return err
	}
	f.Seen = r.Seen
	return c.open(ctx, f.modal(f.route().String()))
}

// openMore opens a further page of the form of a resource that exists.
func (c *call) openMore(ctx context.Context, r route) error {
	wanted := formOf(r)
	f, err := c.form(ctx, r.Session, wanted.Kind.Name, wanted.Editing)
	if err != nil {
		return err
	}
	f.Page = wanted.Page
	return c.open(ctx, f.modal(f.route().String()))
}

// form reads what a form needs, in one query unless it has to say no.
func (c *call) form(ctx context.Context, id, kind, editing string) (form, error) {
	who := c.person()
	g, err := c.Store.Glance(ctx, c.i.GuildID, id, who)
	if err == nil && (who.GuildAdmin || g.Level >= project.Deploy) && editable(g.State) && !g.Archived {
		return c.fillForm(g, id, kind, editing)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return form{}, err
	}
	l, err := c.Orchestrator.View(ctx, c.request(), id, project.Deploy)
	if err != nil {
		return form{}, err // says who may, and how to get there
	}
	if err := (policy.Scope{Project: l.Project}).RequireOpen(); err != nil {
		return form{}, err
	}
	return form{}, usererr.New(usererr.Conflict, "This deployment is %s and cannot be changed. Nothing was done. Look at the lobby again, or start a new one with `/cloud-deploy`.", stateNames[g.State])
}

func (c *call) fillForm(g store.Glance, id, kind, editing string) (form, error) {
	f := form{Session: id, Seen: g.Generation, Editing: editing, regions: g.Regions, stack: g.Resources}
	var edited project.Resource
	if editing != "" {
		i := slices.IndexFunc(g.Resources, func(r project.Resource) bool { return r.Label() == editing })
		if i < 0 {
			return form{}, usererr.New(usererr.Stale, "%s is no longer part of this deployment. Nothing was changed. Look at the lobby again.", code(editing, 80))
		}
		edited, kind = g.Resources[i], g.Resources[i].Kind
	}
	var ok bool
	if f.Kind, ok = c.Orchestrator.Catalog().Kind(g.Provider, kind); !ok {
		return form{}, usererr.New(usererr.NotFound, "There is no kind %s on `%s`. Nothing was changed. Pick one from the lobby's list.", code(kind, 80), g.Provider)
	}
	if editing != "" {
		f.Raw = f.Kind.Raw(edited)
	}
	return f, nil
}

// submitForm puts the resource of a form that was sent.
func (c *call) submitForm(ctx context.Context, r route, data discordgo.ModalSubmitInteractionData) error {
	if err := c.note(ctx); err != nil {
		return err
	}
	sent, typed := formOf(r), readForm(data)
	f, err := c.form(ctx, r.Session, sent.Kind.Name, sent.Editing)
	if err != nil {
		sent.Raw = typed
		return c.keep(ctx, sent, err)
	}
	f.Seen, f.Page = sent.Seen, sent.Page
	if f.Raw == nil {
		f.Raw = map[string]string{}
	}
	maps.Copy(f.Raw, typed) // the other pages' values stay
	return c.put(ctx, f)
}

// put adds or edits the resource. What cannot be taken is kept, to be corrected.
func (c *call) put(ctx context.Context, f form) error {
	err := c.Orchestrator.PutResource(ctx, c.request(), orchestrator.Form{Session: f.Session, Seen: f.Seen, Kind: f.Kind.Name, Editing: f.Editing, Raw: f.Raw})
	switch {
	case errors.Is(err, store.ErrReplay):
		return err
	case err != nil:
		return c.keep(ctx, f, err)
	}
	if c.isPrivate() {
		if err := c.dismiss(ctx); err != nil {
			return err
		}
	}
	return c.offerMore(ctx, f)
}

// offerMore offers the settings that the page had no room for. They have their
// defaults until then.
func (c *call) offerMore(ctx context.Context, f form) error {
	pages := f.Kind.Form(f.stack...).Pages()
	if f.Page+1 >= len(pages) {
		return nil
	}
	label := project.Resource{Kind: f.Kind.Name, Name: f.Raw[catalog.NameField]}.Label()
	f.Editing, f.Page = label, f.Page+1
	var names []string
	for _, field := range pages[f.Page] {
		names = append(names, field.Label)
	}
	r := f.route()
	return c.say(ctx, text(code(label, 80)+" is in the deployment. More can be set: "+codes(names, catalog.PageSize)+".",
		row(button("More settings", discordgo.SecondaryButton, r.String()))))
}
