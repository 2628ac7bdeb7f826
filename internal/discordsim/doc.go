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
// [Member.Click], [Member.Choose], [Member.Submit], [Channel.Messages],
// [Channel.Await].
//
//	sim, err := discordsim.Start(discordsim.Options{})
//	app := sim.NewApplication("Cloud Engine")
//	guild := sim.NewGuild("Acme")
//	guild.AddApplication(app, 0)
//	ada := guild.NewMember("ada")
//	ops := guild.NewTextChannel("ops")
//	in, err := ada.Slash(ctx, ops, "cloud-deploy", discordsim.Args{"project": "dev"})
//	reply, err := in.Reply(ctx)
//
// # What is left out
//
// Voice, reactions, pins, polls, stickers, webhooks other than those of
// interactions, and system messages such as the one that quotes a thread's
// starter. A file upload in a form is sent empty. The content of people's
// messages reaches bots without the intent for it. Private threads are seen
// like public ones.
//
// It knows nothing of the bot it serves and must import nothing of the
// project: it stands in for a stranger.
package discordsim
