// A bot written with discord.js, for the tests of discordsim: it answers what
// clients_test.go has people do, and says on its output what happens to it.
'use strict';

const {
  ActionRowBuilder, AttachmentBuilder, ButtonBuilder, ButtonStyle, Client, Events, GatewayIntentBits, LabelBuilder,
  MessageFlags, ModalBuilder, SlashCommandBuilder, TextInputBuilder, TextInputStyle, UserSelectMenuBuilder,
} = require('discord.js');

const { DISCORD_API, DISCORD_TOKEN, DISCORD_GUILD } = process.env;

// discord.js asks the API for the address of the gateway.
const client = new Client({
  rest: { api: `${DISCORD_API}/api` },
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.MessageContent],
});

const names = ['Ada', 'Alan', 'Barbara', 'Grace'];
let count = 0;

const commands = [
  new SlashCommandBuilder().setName('greet').setDescription('Says hello')
    .addStringOption((o) => o.setName('name').setDescription('Whom to greet').setRequired(true).setAutocomplete(true))
    .addIntegerOption((o) => o.setName('times').setDescription('How often').setMinValue(1).setMaxValue(3)),
  new SlashCommandBuilder().setName('report').setDescription('Takes a moment')
    .addBooleanOption((o) => o.setName('private').setDescription('Show it to you alone')),
  new SlashCommandBuilder().setName('panel').setDescription('Shows everything that can be pressed'),
];

function panel() {
  const button = (id, label, style = ButtonStyle.Secondary) => new ButtonBuilder().setCustomId(id).setLabel(label).setStyle(style);
  return [
    new ActionRowBuilder().addComponents(
      button('count', `Count: ${count}`, ButtonStyle.Primary), button('feedback', 'Feedback'), button('discuss', 'Discuss'), button('export', 'Export'),
    ),
    new ActionRowBuilder().addComponents(new UserSelectMenuBuilder().setCustomId('oncall').setPlaceholder('Who is on call?')),
  ];
}

function feedback() {
  const field = (id, label, style, required) => new LabelBuilder().setLabel(label).setTextInputComponent(
    new TextInputBuilder().setCustomId(id).setStyle(style).setRequired(required).setMaxLength(40));
  return new ModalBuilder().setCustomId('feedback').setTitle('Feedback').addLabelComponents(
    field('subject', 'Subject', TextInputStyle.Short, true), field('details', 'Details', TextInputStyle.Paragraph, false));
}

const ran = {
  async greet(i) {
    await i.reply(Array(i.options.getInteger('times') ?? 1).fill(`Hello, ${i.options.getString('name')}!`).join(' '));
  },
  async report(i) {
    await i.deferReply({ flags: i.options.getBoolean('private') ? MessageFlags.Ephemeral : undefined });
    await i.editReply('The report is ready.');
    await i.followUp('A note for everybody.');
    await i.followUp({ content: 'A note for you.', flags: MessageFlags.Ephemeral });
  },
  async panel(i) {
    await i.reply({ content: 'Press something.', components: panel() });
    console.log('shown');
  },
};

const pressed = {
  async count(i) {
    count++;
    await i.update({ components: panel() });
  },
  async feedback(i) {
    await i.showModal(feedback());
    console.log('shown');
  },
  async discuss(i) {
    await i.deferReply({ flags: MessageFlags.Ephemeral });
    const thread = await i.message.startThread({ name: 'Discussion' });
    for (let n = 1; n <= 7; n++) {
      await thread.send(`Line ${n}`);
    }
    await i.editReply(`Wrote 7 lines in ${thread}.`);
  },
  async export(i) {
    await i.reply({ content: 'Here it is.', files: [new AttachmentBuilder(Buffer.from(`count\n${count}\n`), { name: 'export.csv' })] });
  },
  async oncall(i) {
    await i.deferUpdate();
    const user = i.users.first();
    await i.editReply({ content: `On call: ${user} (${user.username})`, components: panel() });
  },
};

client.on(Events.InteractionCreate, async (i) => {
  if (i.isAutocomplete()) {
    const typed = i.options.getFocused().toLowerCase();
    await i.respond(names.filter((n) => n.toLowerCase().startsWith(typed)).map((n) => ({ name: n, value: n })));
  } else if (i.isChatInputCommand()) {
    await ran[i.commandName](i);
  } else if (i.isMessageComponent()) {
    await pressed[i.customId](i);
  } else if (i.isModalSubmit()) {
    const text = (id) => i.fields.getTextInputValue(id);
    await i.reply({ content: `Subject: ${text('subject')}\nDetails: ${text('details')}`, flags: MessageFlags.Ephemeral });
  }
});

client.on(Events.MessageCreate, async (m) => {
  if (!m.author.bot && m.content === 'ping') {
    await m.reply('pong');
  }
});

client.once(Events.ClientReady, async () => {
  const guild = client.guilds.cache.get(DISCORD_GUILD);
  await guild.commands.set(commands);
});

client.on(Events.ShardReady, () => console.log('ready'));
client.on(Events.ShardResume, () => console.log('resumed'));
client.on(Events.Error, (e) => console.error(e));
client.on(Events.Warn, (e) => console.error(e));
client.on(Events.ShardError, (e) => console.error(e));
process.once('SIGTERM', () => client.destroy());

client.login(DISCORD_TOKEN);
