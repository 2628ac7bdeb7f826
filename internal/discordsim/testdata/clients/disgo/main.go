// Command client is a bot written with disgo, for the tests of discordsim: it
// answers what clients_test.go has people do, and says on its output what happens
// to it.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/disgoorg/disgo"
	"github.com/disgoorg/disgo/bot"
	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/events"
	"github.com/disgoorg/disgo/gateway"
	"github.com/disgoorg/disgo/handler"
	"github.com/disgoorg/disgo/handler/middleware"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	// disgo asks the API for the address of the gateway.
	client, err := disgo.New(os.Getenv("DISCORD_TOKEN"),
		bot.WithRestClientConfigOpts(rest.WithURL(os.Getenv("DISCORD_API")+"/api/v10")),
		bot.WithGatewayConfigOpts(gateway.WithIntents(gateway.IntentGuilds, gateway.IntentGuildMessages, gateway.IntentMessageContent)),
		bot.WithEventListeners(routes()),
		bot.WithEventListenerFunc(func(*events.Ready) { fmt.Println("ready") }),
		bot.WithEventListenerFunc(func(*events.Resumed) { fmt.Println("resumed") }),
		bot.WithEventListenerFunc(pong),
	)
	if err != nil {
		return err
	}
	defer closeClient(client)
	if err := handler.SyncCommands(client, commands(), []snowflake.ID{snowflake.GetEnv("DISCORD_GUILD")}); err != nil {
		return err
	}
	if err := client.OpenGateway(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// closeClient gives up after a while: requests that just end and the client's
// rate limiter can wait for each other.
func closeClient(client *bot.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	client.Close(ctx)
}

var names = []string{"Ada", "Alan", "Barbara", "Grace"}

func commands() []discord.ApplicationCommandCreate {
	least, most := 1, 3
	return []discord.ApplicationCommandCreate{
		discord.SlashCommandCreate{Name: "greet", Description: "Says hello", Options: []discord.ApplicationCommandOption{
			discord.ApplicationCommandOptionString{Name: "name", Description: "Whom to greet", Required: true, Autocomplete: true},
			discord.ApplicationCommandOptionInt{Name: "times", Description: "How often", MinValue: &least, MaxValue: &most},
		}},
		discord.SlashCommandCreate{Name: "report", Description: "Takes a moment", Options: []discord.ApplicationCommandOption{
			discord.ApplicationCommandOptionBool{Name: "private", Description: "Show it to you alone"},
		}},
		discord.SlashCommandCreate{Name: "panel", Description: "Shows everything that can be pressed"},
	}
}

func routes() *handler.Mux {
	r := handler.New()
	r.Use(middleware.Go) // a handler that waits holds up nothing
	r.Error(func(_ *handler.InteractionEvent, err error) { slog.Error("interaction failed", slog.Any("err", err)) })
	r.SlashCommand("/greet", greet)
	r.Autocomplete("/greet", complete)
	r.SlashCommand("/report", report)
	r.SlashCommand("/panel", showPanel)
	r.ButtonComponent("/count", press)
	r.ButtonComponent("/feedback", ask)
	r.Modal("/feedback", asked)
	r.ButtonComponent("/discuss", discuss)
	r.ButtonComponent("/export", export)
	r.SelectMenuComponent("/oncall", onCall)
	return r
}

func greet(data discord.SlashCommandInteractionData, e *handler.CommandEvent) error {
	greeting := "Hello, " + data.String("name") + "!"
	text := strings.TrimSpace(strings.Repeat(greeting+" ", max(1, data.Int("times"))))
	return e.CreateMessage(discord.NewMessageCreate().WithContent(text))
}

func complete(e *handler.AutocompleteEvent) error {
	typed := strings.ToLower(e.Data.String("name"))
	choices := []discord.AutocompleteChoice{}
	for _, n := range names {
		if strings.HasPrefix(strings.ToLower(n), typed) {
			choices = append(choices, discord.AutocompleteChoiceString{Name: n, Value: n})
		}
	}
	return e.AutocompleteResult(choices)
}

func report(data discord.SlashCommandInteractionData, e *handler.CommandEvent) error {
	if err := e.DeferCreateMessage(data.Bool("private")); err != nil {
		return err
	}
	if _, err := e.UpdateInteractionResponse(discord.NewMessageUpdate().WithContent("The report is ready.")); err != nil {
		return err
	}
	if _, err := e.CreateFollowupMessage(discord.NewMessageCreate().WithContent("A note for everybody.")); err != nil {
		return err
	}
	_, err := e.CreateFollowupMessage(discord.NewMessageCreate().WithContent("A note for you.").WithEphemeral(true))
	return err
}

var presses atomic.Int64

func panel() []discord.LayoutComponent {
	return []discord.LayoutComponent{
		discord.NewActionRow(
			discord.NewPrimaryButton(fmt.Sprint("Count: ", presses.Load()), "/count"),
			discord.NewSecondaryButton("Feedback", "/feedback"),
			discord.NewSecondaryButton("Discuss", "/discuss"),
			discord.NewSecondaryButton("Export", "/export"),
		),
		discord.NewActionRow(discord.NewUserSelectMenu("/oncall", "Who is on call?")),
	}
}

func showPanel(_ discord.SlashCommandInteractionData, e *handler.CommandEvent) error {
	err := e.CreateMessage(discord.NewMessageCreate().WithContent("Press something.").WithComponents(panel()...))
	fmt.Println("shown")
	return err
}

func press(_ discord.ButtonInteractionData, e *handler.ComponentEvent) error {
	presses.Add(1)
	return e.UpdateMessage(discord.NewMessageUpdate().WithComponents(panel()...))
}

func ask(_ discord.ButtonInteractionData, e *handler.ComponentEvent) error {
	err := e.Modal(discord.NewModalCreate("/feedback", "Feedback", nil).
		AddLabel("Subject", discord.NewShortTextInput("subject").WithRequired(true).WithMaxLength(40)).
		AddLabel("Details", discord.NewParagraphTextInput("details").WithRequired(false).WithMaxLength(40)))
	fmt.Println("shown")
	return err
}

func asked(e *handler.ModalEvent) error {
	text := fmt.Sprintf("Subject: %s\nDetails: %s", e.Data.Text("subject"), e.Data.Text("details"))
	return e.CreateMessage(discord.NewMessageCreate().WithContent(text).WithEphemeral(true))
}

func discuss(_ discord.ButtonInteractionData, e *handler.ComponentEvent) error {
	if err := e.DeferCreateMessage(true); err != nil {
		return err
	}
	thread, err := e.Client().Rest.CreateThreadFromMessage(e.Message.ChannelID, e.Message.ID, discord.ThreadCreateFromMessage{Name: "Discussion"})
	if err != nil {
		return err
	}
	for n := range 7 {
		if _, err := e.Client().Rest.CreateMessage(thread.ID(), discord.NewMessageCreate().WithContentf("Line %d", n+1)); err != nil {
			return err
		}
	}
	_, err = e.UpdateInteractionResponse(discord.NewMessageUpdate().WithContentf("Wrote 7 lines in %s.", thread.Mention()))
	return err
}

func export(_ discord.ButtonInteractionData, e *handler.ComponentEvent) error {
	text := fmt.Sprintf("count\n%d\n", presses.Load())
	return e.CreateMessage(discord.NewMessageCreate().WithContent("Here it is.").AddFile("export.csv", "", strings.NewReader(text)))
}

func onCall(data discord.SelectMenuInteractionData, e *handler.ComponentEvent) error {
	if err := e.DeferUpdateMessage(); err != nil {
		return err
	}
	user := data.(discord.UserSelectMenuInteractionData).Users()[0]
	_, err := e.UpdateInteractionResponse(discord.NewMessageUpdate().
		WithContentf("On call: %s (%s)", user.Mention(), user.Username).WithComponents(panel()...))
	return err
}

func pong(e *events.MessageCreate) {
	if e.Message.Author.Bot || e.Message.Content != "ping" {
		return
	}
	answer := discord.NewMessageCreate().WithContent("pong").WithMessageReferenceByID(e.MessageID)
	if _, err := e.Client().Rest.CreateMessage(e.ChannelID, answer); err != nil {
		slog.Error("pong failed", slog.Any("err", err))
	}
}
