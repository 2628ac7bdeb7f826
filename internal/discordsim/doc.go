// Package discordsim is a local Discord: an HTTP and WebSocket server that
// speaks enough of Discord's REST API (v9 and v10) and gateway for real
// client libraries to log in and work, and a Go API that plays the people
// in front of it.
//
// The server side is strict where Discord is strict: limits, error codes,
// permissions, rate limits, the interaction deadline, who sees an ephemeral
// message. A request that Discord would refuse as malformed gets Discord's
// answer and is kept in [Sim.Violations], so that a test can assert that a
// bot never sends one.
//
// The people side reads like what a person does: [Member.Slash],
// [Member.Click], [Member.Choose], [Member.Submit], [Member.Leave],
// [Member.CloseDMs], [Member.SetLocale], [Member.CommandList],
// [Channel.Messages], [Channel.Await], [Sim.AwaitDM]. What admins do is said on
// a [Guild], a [Role] or a [Channel].
//
// A client with a screen finds all that it shows: [Sim.Guilds],
// [Guild.Channels], [Guild.Members], [Member.DMs], [Channel.History],
// [Member.Press] by ids, and [Sim.Watch] for whatever changes. [Sim.Mount] puts
// its page at the address of the Sim. For those who look at a bot from outside
// there are [Sim.Traffic], [Sim.Limits] and [Sim.Violations], without tokens, and
// [Sim.Register] for a bot whose token is known beforehand.
//
//	sim, err := discordsim.Start(discordsim.Options{})
//	app := sim.NewApplication("Cloud Engine")
//	guild := sim.NewGuild("Acme")
//	guild.AddApplication(app, 0) // a role that adds nothing to what @everyone may
//	ada := guild.NewMember("ada")
//	ops := guild.NewTextChannel("ops")
//	// start the bot here, with app.Token and sim.URL()
//	err = sim.AwaitCommands(ctx, app, guild, "cloud-deploy") // a command can be used once it is registered
//	in, err := ada.Slash(ctx, ops, "cloud-deploy", discordsim.Args{"project": "dev"})
//	reply, err := in.Reply(ctx)
//
// # Pointing a client at it
//
// [Sim.URL] is the base of everything: the REST API is below it at /api/v10 and
// /api/v9, and GET /gateway names the gateway, as with Discord. A client with a
// setting for the base URL of the API needs nothing else. One whose addresses
// are fixed, such as discordgo, takes [Sim.Transport]:
//
//	session, err := discordgo.New("Bot " + app.Token)
//	session.Client = &http.Client{Transport: sim.Transport()}
//
// Whole bots of discord.js, discord.py and disgo are in testdata/clients.
//
// An application that is added with permissions 0 lives on those of @everyone
// ([DefaultPermissions]); name what the real one is invited with to notice what
// it lacks.
//
// # What is left out
//
// Voice, reactions, pins, polls, stickers, webhooks other than those of
// interactions, and system messages such as the one that quotes a thread's
// starter. A file upload in a form is sent empty, and an attachment as an
// option cannot be filled in. A file that an embed shows stays among the
// attachments, and the spoiler flag is ignored. The content of people's messages
// reaches bots without the intent for it. Private threads are seen like public
// ones. Roles have no hierarchy.
//
// It knows nothing of the bot it serves and must import nothing of the
// project: it stands in for a stranger.
package discordsim
