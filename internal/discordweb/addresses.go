package discordweb

import (
	"strings"

	"github.com/cloud-engine/cloudengine/internal/discordsim"
)

// local makes the addresses of a message's files those of the page itself:
// the browser may know the Sim by another name than the Sim does, and the
// page loads nothing from elsewhere. The message is shared, so what changes
// is copied.
func (w *Web) local(m discordsim.Message) discordsim.Message {
	l := localizer{base: w.sim.URL(), names: map[string]string{}}
	m.Attachments = each(m.Attachments, func(a discordsim.Attachment) discordsim.Attachment {
		a.URL, a.ProxyURL = l.address(a.URL), l.address(a.ProxyURL)
		l.names["attachment://"+a.Filename] = a.URL
		return a
	})
	m.Embeds = each(m.Embeds, func(e discordsim.Embed) discordsim.Embed {
		e.Image, e.Thumbnail = l.picture(e.Image), l.picture(e.Thumbnail)
		return e
	})
	m.Components = each(m.Components, l.component)
	return m
}

// each is a copy of a list, with every element changed.
func each[T any](list []T, change func(T) T) []T {
	out := make([]T, 0, len(list))
	for _, x := range list {
		out = append(out, change(x))
	}
	return out
}

// localizer knows the files of one message.
type localizer struct {
	base  string            // the address of the Sim
	names map[string]string // the addresses of files that are named as "attachment://…"
}

func (l localizer) address(a string) string {
	if known := l.names[a]; known != "" {
		return known
	}
	return strings.TrimPrefix(a, l.base)
}

func (l localizer) picture(p *discordsim.EmbedImage) *discordsim.EmbedImage {
	if p == nil {
		return nil
	}
	return &discordsim.EmbedImage{URL: l.address(p.URL)}
}

func (l localizer) media(m *discordsim.Media) *discordsim.Media {
	if m == nil {
		return nil
	}
	return &discordsim.Media{URL: l.address(m.URL)}
}

// component is a component with the files that it and those in it show. A file
// component keeps the name of its file: the page looks it up.
func (l localizer) component(c discordsim.Component) discordsim.Component {
	c.Media = l.media(c.Media)
	if len(c.Items) > 0 {
		c.Items = each(c.Items, func(i discordsim.GalleryItem) discordsim.GalleryItem {
			i.Media.URL = l.address(i.Media.URL)
			return i
		})
	}
	if len(c.Components) > 0 {
		c.Components = each(c.Components, l.component)
	}
	if c.Accessory != nil {
		inner := l.component(*c.Accessory)
		c.Accessory = &inner
	}
	return c
}
