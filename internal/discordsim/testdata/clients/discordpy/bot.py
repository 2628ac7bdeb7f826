"""A bot written with discord.py, for the tests of discordsim: it answers what
clients_test.go has people do, and says on its output what happens to it."""

import asyncio
import io
import os
import signal

import discord
import yarl
from discord import app_commands

API = os.environ['DISCORD_API']
GUILD = discord.Object(int(os.environ['DISCORD_GUILD']))

# discord.py has no settings for its addresses.
discord.http.Route.BASE = API + '/api/v10'
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(API.replace('http', 'ws', 1))

NAMES = ['Ada', 'Alan', 'Barbara', 'Grace']


class Feedback(discord.ui.Modal, title='Feedback'):
    subject = discord.ui.TextInput(label='Subject', custom_id='subject', max_length=40)
    details = discord.ui.TextInput(
        label='Details', custom_id='details', style=discord.TextStyle.paragraph, required=False, max_length=40
    )

    async def on_submit(self, i: discord.Interaction):
        await i.response.send_message(f'Subject: {self.subject}\nDetails: {self.details}', ephemeral=True)


class Panel(discord.ui.View):
    presses = 0

    def __init__(self):
        super().__init__(timeout=None)

    @discord.ui.button(label='Count: 0', custom_id='count', style=discord.ButtonStyle.primary)
    async def count(self, i: discord.Interaction, button: discord.ui.Button):
        self.presses += 1
        button.label = f'Count: {self.presses}'
        await i.response.edit_message(view=self)

    @discord.ui.button(label='Feedback', custom_id='feedback')
    async def feedback(self, i: discord.Interaction, _: discord.ui.Button):
        await i.response.send_modal(Feedback())
        print('shown', flush=True)

    @discord.ui.button(label='Discuss', custom_id='discuss')
    async def discuss(self, i: discord.Interaction, _: discord.ui.Button):
        await i.response.defer(ephemeral=True, thinking=True)
        thread = await i.message.create_thread(name='Discussion')
        for n in range(1, 8):
            await thread.send(f'Line {n}')
        await i.edit_original_response(content=f'Wrote 7 lines in {thread.mention}.')

    @discord.ui.button(label='Export', custom_id='export')
    async def export(self, i: discord.Interaction, _: discord.ui.Button):
        file = discord.File(io.BytesIO(f'count\n{self.presses}\n'.encode()), 'export.csv')
        await i.response.send_message('Here it is.', file=file)

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder='Who is on call?', custom_id='oncall')
    async def oncall(self, i: discord.Interaction, select: discord.ui.UserSelect):
        await i.response.defer()
        user = select.values[0]
        await i.edit_original_response(content=f'On call: {user.mention} ({user.name})', view=self)


class Bot(discord.Client):
    def __init__(self):
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.message_content = True
        super().__init__(intents=intents)
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: asyncio.create_task(self.close()))
        await self.tree.sync(guild=GUILD)

    async def on_connect(self):
        print('ready', flush=True)

    async def on_resumed(self):
        print('resumed', flush=True)

    async def on_message(self, m: discord.Message):
        if not m.author.bot and m.content == 'ping':
            await m.reply('pong')


bot = Bot()


@bot.tree.command(guild=GUILD, description='Says hello')
@app_commands.describe(name='Whom to greet', times='How often')
async def greet(i: discord.Interaction, name: str, times: app_commands.Range[int, 1, 3] = 1):
    await i.response.send_message(' '.join([f'Hello, {name}!'] * times))


@greet.autocomplete('name')
async def complete(_: discord.Interaction, typed: str):
    return [app_commands.Choice(name=n, value=n) for n in NAMES if n.lower().startswith(typed.lower())]


@bot.tree.command(guild=GUILD, description='Takes a moment')
@app_commands.describe(private='Show it to you alone')
async def report(i: discord.Interaction, private: bool = False):
    await i.response.defer(ephemeral=private)
    await i.edit_original_response(content='The report is ready.')
    await i.followup.send('A note for everybody.')
    await i.followup.send('A note for you.', ephemeral=True)


@bot.tree.command(guild=GUILD, description='Shows everything that can be pressed')
async def panel(i: discord.Interaction):
    await i.response.send_message('Press something.', view=Panel())
    print('shown', flush=True)


bot.run(os.environ['DISCORD_TOKEN'])
