// One message. It is drawn in parts, and an edit draws only those anew whose
// content changed.

import { drawAttachments } from './attachment.js';
import { Components } from './components.js';
import { fill, h, svg } from './dom.js';
import { drawEmbeds } from './embed.js';
import { drawHead, drawOrigin, drawSide, nameOf } from './byline.js';
import { flags } from './flags.js';
import { icons } from './icons.js';
import { markdown } from './markdown.js';
import { press } from './press.js';
import { ThreadPill } from './thread.js';
import { format } from './time.js';
import { dots } from './waiting.js';

/** Parts of a message, in their order: what each is drawn from, and how; null for those that keep their elements. */
const parts = [
  ['origin', (m) => [m.type, m.reply, m.message_reference, m.interaction_metadata], drawOrigin],
  ['side', (m, look) => [m.author, m.timestamp, look.grouped], drawSide],
  ['head', (m, look) => [m.author, m.timestamp, look.grouped], drawHead],
  ['content', (m) => [m.content, m.edited_timestamp, m.flags & flags.loading], drawContent],
  ['embeds', (m) => m.embeds, (m) => drawEmbeds(m.embeds ?? [])],
  ['attachments', (m) => m.attachments, (m) => drawAttachments(m.attachments ?? [])],
  ['components', null],
  ['thread', null],
  ['footer', (m, look) => [m.flags & flags.ephemeral, look.failed], drawFooter],
];

/** MessageView is a message on the page. Clicks on what the feed does bubble as "jump" and "dismiss". */
export class MessageView {
  constructor(message) {
    this.message = message;
    this.keys = {};
    this.components = new Components((component, values) => press(this.message, component, values));
    this.thread = new ThreadPill();
    this.nodes = Object.fromEntries(parts.map(([name]) => [name, this[name]?.node ?? h(`div.message-${name}`)]));
    this.node = h('article.message', { data: { message: message.id } }, Object.values(this.nodes));
  }

  /**
   * update draws the message as it is now.
   *
   * @param {object} message
   * @param {{grouped: boolean, failed: string, thread: object|null}} look grouped: under one of the same author
   * @param {boolean} [anew] draw it all, as when people have other names
   */
  update(message, look, anew = false) {
    this.message = message;
    const { classList } = this.node;
    classList.toggle('grouped', look.grouped);
    classList.toggle('mentioned', Boolean(message.mentioned));
    classList.toggle('ephemeral', Boolean(message.flags & flags.ephemeral));
    this.nodes.content.classList.add('markdown');
    const before = document.activeElement;
    for (const [name, source, draw] of parts) {
      if (!source) continue;
      const key = JSON.stringify(source(message, look)) ?? '';
      if (!anew && this.keys[name] === key) continue;
      this.keys[name] = key;
      fill(this.nodes[name], draw(message, look));
      this.nodes[name].hidden = this.nodes[name].childNodes.length === 0;
    }
    this.components.update(message.components ?? [], message.attachments);
    this.thread.update(look.thread);
    this.#keepFocus(before);
  }

  /** keepFocus gives the focus to the message where what had it is gone. */
  #keepFocus(before) {
    if (before === document.activeElement || before.isConnected) return;
    this.node.tabIndex = -1;
    this.node.focus({ preventScroll: true });
  }
}

function drawContent(message) {
  if (message.flags & flags.loading) {
    return h('span.thinking', {}, dots(), `${nameOf(message.author)} is thinking…`);
  }
  const edited = message.edited_timestamp
    ? h('time.edited', { datetime: message.edited_timestamp, title: format(Date.parse(message.edited_timestamp), 'F') }, '(edited)')
    : null;
  const goesOn = edited && message.content && !message.content.trimEnd().endsWith('```');
  return [markdown(message.content), goesOn ? ' ' : null, edited];
}

function drawFooter(message, look) {
  const say = (kind) => (event) => event.target.dispatchEvent(new CustomEvent(kind, { bubbles: true, detail: message.id }));
  return [
    look.failed ? h('div.failed', { role: 'alert' }, look.failed) : null,
    message.flags & flags.ephemeral ? h('div.only-you', {}, svg(icons.eye), 'Only you can see this',
      h('span', {}, '• ', h('button.text-button', { type: 'button', on: { click: say('dismiss') } }, 'Dismiss message'))) : null,
  ];
}
