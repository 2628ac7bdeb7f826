package demo

import "github.com/cloud-engine/cloudengine/internal/discordweb"

// The marks of the tour.
func composer() discordweb.Mark               { return discordweb.Mark{Kind: "composer"} }
func mark(kind, value string) discordweb.Mark { return discordweb.Mark{Kind: kind, Value: value} }

// tour is the first deployment, step by step. The texts name what the bot's own
// messages say.
func tour() []discordweb.Step {
	return []discordweb.Step{
		{
			Title: "Ask for something",
			Text:  "You are grace, who may deploy to the project dev.\n\nType `/cloud-deploy`, choose the project `dev`, and press Enter.",
			As:    grace, Target: composer(), Done: mark("select", "Add resource"),
		},
		{
			Title: "Say what",
			Text:  "This message is the lobby: everybody in the channel sees it, and it changes as things go on.\n\nIn **Add resource**, choose `vpc`, and submit the form as it is.",
			As:    grace, Target: mark("select", "Add resource"), Done: mark("text", "vpc.main"),
		},
		{
			Title: "See what would change",
			Text:  "Terraform plans by itself. At **Plan ready** the lobby lists what would change and what it would cost.\n\nNothing exists yet. dev asks for the approval of somebody else: become linus.",
			As:    "", Target: mark("text", "Plan ready"), Done: mark("person", linus),
		},
		{
			Title: "Approve it",
			Text:  "You are linus, who approves for dev. What you approve is this plan and no other.\n\nPress **Approve & Deploy**.",
			As:    linus, Target: mark("button", "Approve & Deploy"), Done: mark("button", "Approve & Deploy"),
		},
		{
			Title: "Watch it",
			Text:  "Terraform applies that very plan. Open the thread: its lines stand there as they come, and at the end the result, with all of them in `log.txt`.",
			As:    "", Target: mark("thread", ""), Done: discordweb.Mark{},
		},
		{
			Title: "Go on",
			Text:  "It is deployed. **Change** and **Destroy** on the lobby begin the next plan.\n\nElse: as eve, `/cloud-deploy` is refused and `/cloud-request` asks ada for access. In the panel under the bonnet, restart the bot in the middle of an apply.",
			As:    "", Target: mark("button", "Change"), Done: discordweb.Mark{},
		},
	}
}
