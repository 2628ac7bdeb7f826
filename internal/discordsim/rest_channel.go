package discordsim

import (
	"slices"
	"time"
)

// maxThreads is how many active threads a guild takes.
const maxThreads = 1000

func (s *Sim) getChannel(q *request) (int, any, error) {
	c, err := q.channel(0)
	if err != nil {
		return 0, nil, err
	}
	return 200, c.wire(q.app.ID), nil
}

func (s *Sim) postTyping(q *request) (int, any, error) {
	c, err := q.channel(0)
	if err == nil && !c.permissions(q.app.ID).Has(c.sendPermission()) {
		err = errMissingPermissions
	}
	return 204, nil, err
}

func (s *Sim) joinThread(q *request) (int, any, error) {
	c, err := q.channel(0)
	if err == nil && !c.isThread() {
		err = errChannelType
	}
	return 204, nil, err
}

// threadBody is what a bot sends to make or change a thread (or rename a
// channel).
type threadBody struct {
	Name        optional[string] `json:"name"`
	Topic       optional[string] `json:"topic"`
	AutoArchive optional[int]    `json:"auto_archive_duration"`
	Archived    optional[bool]   `json:"archived"`
	Locked      optional[bool]   `json:"locked"`
	Type        *int             `json:"type"`
}

func (b *threadBody) validate(create bool) error {
	var f fieldErrors
	if create || b.Name.Set {
		f.length("name", b.Name.Value, 1, 100)
	}
	if n := b.AutoArchive.Value; n != 0 && !slices.Contains([]int{60, 1440, 4320, 10080}, n) {
		f.add("auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of (60, 1440, 4320, 10080).")
	}
	return f.err()
}

func (s *Sim) postThreadFromMessage(q *request) (int, any, error) {
	c, err := q.channel(CreatePublicThreads)
	if err != nil {
		return 0, nil, err
	}
	if c.kind != channelText {
		return 0, nil, errChannelType
	}
	m, err := q.message(c)
	if err != nil {
		return 0, nil, err
	}
	var in threadBody
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	if err := in.validate(true); err != nil {
		return 0, nil, err
	}
	if m.thread != nil {
		return 0, nil, errThreadExists
	}
	t, err := s.newThread(c, m.ID, channelPublicThread, &in, q.app)
	if err != nil {
		return 0, nil, err
	}
	s.setThread(m, t)
	return 201, t.wire(""), nil
}

func (s *Sim) postThread(q *request) (int, any, error) {
	var in threadBody
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	kind, need := channelPrivateThread, CreatePrivateThreads
	if in.Type != nil && *in.Type == channelPublicThread {
		kind, need = channelPublicThread, CreatePublicThreads
	}
	c, err := q.channel(need)
	if err != nil {
		return 0, nil, err
	}
	if c.kind != channelText {
		return 0, nil, errChannelType
	}
	if err := in.validate(true); err != nil {
		return 0, nil, err
	}
	t, err := s.newThread(c, s.newID(), kind, &in, q.app)
	if err != nil {
		return 0, nil, err
	}
	return 201, t.wire(""), nil
}

// setThread gives a message the thread that is opened from it, or nil once that is
// gone, and tells everybody who sees it. s.mu is held.
func (s *Sim) setThread(m *message, t *Channel) {
	m.thread = t
	m.Flags &^= FlagHasThread
	if t != nil {
		m.Flags |= FlagHasThread
	}
	m.channel.broadcastMessage("MESSAGE_UPDATE", m)
	s.tell(Event{Kind: EventEdit, Channel: m.channel, Message: m.snapshot()}, m.visible)
}

// newThread opens a thread and tells everybody.
func (s *Sim) newThread(parent *Channel, id string, kind int, in *threadBody, app *Application) (*Channel, error) {
	active := 0
	for _, c := range parent.guild.channels {
		if c.isThread() && !c.archived {
			active++
		}
	}
	if active >= maxThreads {
		return nil, &apiError{Status: 400, Code: 160006, Message: "Maximum number of active threads reached"}
	}
	minutes := in.AutoArchive.Value
	if minutes == 0 {
		minutes = 4320
	}
	t := &Channel{
		ID: id, sim: s, guild: parent.guild, parent: parent, kind: kind, name: in.Name.Value,
		creator: app.ID, autoMin: minutes, created: time.Now(),
	}
	parent.guild.channels = append(parent.guild.channels, t)
	s.channels[id] = t
	created := t.wire("")
	created["newly_created"] = true
	t.broadcast("THREAD_CREATE", intentGuilds, created)
	t.tellChannel()
	s.notify()
	return t, nil
}

func (s *Sim) patchChannel(q *request) (int, any, error) {
	c, err := q.channel(0)
	if err != nil {
		return 0, nil, err
	}
	var in threadBody
	if err := q.decode(&in); err != nil {
		return 0, nil, err
	}
	if err := in.validate(false); err != nil {
		return 0, nil, err
	}
	held := c.permissions(q.app.ID)
	if !c.isThread() {
		return s.patchTextChannel(c, held, &in)
	}
	unarchives := in.Archived.Set && !in.Archived.Value
	mine := c.creator == q.app.ID
	switch {
	case c.archived && !unarchives:
		return 0, nil, errArchived
	case (in.Locked.Set || c.locked && unarchives || !mine) && !held.Has(ManageThreads):
		return 0, nil, errMissingPermissions
	case in.Name.Set && in.Name.Value != c.name:
		if err := s.limitRename(c); err != nil {
			return 0, nil, err
		}
		c.name = in.Name.Value
	}
	if in.Archived.Set {
		c.archived = in.Archived.Value
	}
	if in.Locked.Set {
		c.locked = in.Locked.Value
	}
	if in.AutoArchive.Value != 0 {
		c.autoMin = in.AutoArchive.Value
	}
	c.broadcast("THREAD_UPDATE", intentGuilds, c.wire(""))
	c.tellChannel()
	s.notify()
	return 200, c.wire(""), nil
}

func (s *Sim) patchTextChannel(c *Channel, held Permissions, in *threadBody) (int, any, error) {
	if c.guild == nil {
		return 0, nil, errChannelType
	}
	if !held.Has(ManageChannels) {
		return 0, nil, errMissingPermissions
	}
	if in.Name.Set && in.Name.Value != c.name {
		if err := s.limitRename(c); err != nil {
			return 0, nil, err
		}
		c.name = in.Name.Value
	}
	if in.Topic.Set {
		c.topic = in.Topic.Value
	}
	c.broadcast("CHANNEL_UPDATE", intentGuilds, c.wire(""))
	c.tellChannel()
	s.notify()
	return 200, c.wire(""), nil
}

func (s *Sim) deleteChannel(q *request) (int, any, error) {
	c, err := q.channel(0)
	if err != nil {
		return 0, nil, err
	}
	need := ManageChannels
	if c.isThread() {
		need = ManageThreads
	}
	if c.guild == nil {
		return 0, nil, errChannelType
	}
	if !c.permissions(q.app.ID).Has(need) {
		return 0, nil, errMissingPermissions
	}
	out := c.wire("")
	c.remove()
	return 200, out, nil
}
