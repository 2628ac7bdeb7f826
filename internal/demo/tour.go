package demo

import "github.com/cloud-engine/cloudengine/internal/discordweb"

func mark(kind, value string) discordweb.Mark { return discordweb.Mark{Kind: kind, Value: value} }

// tour is the first deployment, step by step. The texts name what the bot's own
// messages say.
func tour() []discordweb.Step {
	return []discordweb.Step{
		{
			Title: "Ask for a deployment",
			Text:  "You are grace, who may deploy to the project dev.\n\nType `/cloud-deploy`, choose the project **dev**, and press Enter.",
			As:    grace, Target: mark("composer", ""), Done: mark("select", "Add resource"),
		},
		{
			Title: "Say what you need",
			Text:  "This message is the lobby: everybody in the channel sees it, and it changes as things go on.\n\nUnder **Add resource** choose **VPC**, name it `main`, and submit the form.",
			As:    grace, Target: mark("select", "Add resource"), Done: mark("text", "vpc."),
		},
		{
			Title:  "See what would change",
			Text:   "Terraform plans by itself. At **Plan ready** the lobby says what would change and what it would cost. Nothing exists yet.\n\nIn dev somebody else has to approve. linus may: become linus.",
			Target: mark("text", "Plan ready"), Done: mark("person", linus),
		},
		{
			Title: "Approve the plan",
			Text:  "You are linus, who approves for dev. What you approve is this very plan; if anything changes first, the approval is void.\n\nPress **Approve & Deploy**.",
			As:    linus, Target: mark("button", "Approve & Deploy"), Done: mark("button", "Approve & Deploy"),
		},
		{
			Title:  "Follow Terraform",
			Text:   "Open the thread. Terraform's lines stand there as they come, then the result, with every line in `log.txt`.\n\nIt goes on even where the bot is restarted meanwhile.",
			Target: mark("thread", ""), Done: mark("text", "log.txt"),
		},
		{
			Title:  "Go on from here",
			Text:   "Under the lobby of what was applied, **Change** opens a deployment for more of it, **Destroy** one that takes it away, as `/cloud-deploy` does. `/cloud-show` says what there is.\n\nAs eve you are refused: ask with `/cloud-request`, and decide as ada. Under the bonnet, beside your name, you can drop the gateway or restart the bot, and watch what happens.",
			Target: mark("composer", ""),
		},
	}
}
