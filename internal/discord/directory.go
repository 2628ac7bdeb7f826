package discord

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/cloud-engine/cloudengine/internal/orchestrator"
	"github.com/cloud-engine/cloudengine/internal/project"
)

// Directory asks Discord who somebody is in a guild now. It needs no gateway, and
// so can be used before there is a bot, and beside it.
type Directory struct {
	token  string
	client *http.Client
	whole  *pace // of the bot
	guard  *guard
}

// NewDirectory returns a directory. An empty api is Discord itself.
func NewDirectory(token, api string) (*Directory, error) {
	whole := newPace(requestsPerSecond, time.Second)
	guard := newGuard(slog.New(slog.DiscardHandler)) // until there is a bot
	client, err := newClient(api, &transport{refused: func(wait time.Duration) { whole.hold("", wait) }, guard: guard})
	if err != nil {
		return nil, unreadableAPI(api, err)
	}
	return &Directory{token: token, client: client, whole: whole, guard: guard}, nil
}

// ask makes a request once the bot as a whole has room for it.
func (d *Directory) ask(ctx context.Context, request func() error) error {
	for {
		wait := d.whole.take("")
		if wait == 0 {
			defer d.whole.answered("")
			return request()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for room to ask Discord: %w", ctx.Err())
		case <-time.After(wait):
		}
	}
}

// Member is somebody as a member of the guild, or orchestrator.ErrNotMember. Any
// other error means that Discord did not say.
func (d *Directory) Member(ctx context.Context, guild project.Guild, userID string) (project.Person, error) {
	rest := newREST(d.token, d.client)
	var member *discordgo.Member
	err := d.ask(ctx, func() (err error) {
		member, err = rest.GuildMember(guild.ID, userID, discordgo.WithContext(ctx))
		return err
	})
	switch code := codeOf(err); {
	case code == discordgo.ErrCodeUnknownMember || code == discordgo.ErrCodeUnknownUser:
		return project.Person{}, orchestrator.ErrNotMember
	case err != nil:
		return project.Person{}, fmt.Errorf("ask Discord for a member: %w", err)
	}
	var server *discordgo.Guild
	err = d.ask(ctx, func() (err error) {
		server, err = rest.Guild(guild.ID, discordgo.WithContext(ctx))
		return err
	})
	if err != nil {
		return project.Person{}, fmt.Errorf("ask Discord for the server: %w", err)
	}
	member.Permissions = permissionsIn(server, member)
	return personOf(member, guild), nil
}

// permissionsIn is what a member may do in all of a server: an interaction says so
// by itself, a member that is read does not.
func permissionsIn(server *discordgo.Guild, member *discordgo.Member) int64 {
	if server.OwnerID == member.User.ID {
		return discordgo.PermissionAll | discordgo.PermissionAdministrator
	}
	var sum int64
	for _, role := range server.Roles {
		if role.ID == server.ID || slices.Contains(member.Roles, role.ID) { // @everyone has the server's id
			sum |= role.Permissions
		}
	}
	return sum
}
