// Who wrote a message, when, and in answer to what.

import { ink } from './colour.js';
import { h } from './dom.js';
import { face } from './faces.js';
import { oneLine } from './markdown.js';
import { person, role } from './store.js';
import { format, sent } from './time.js';

/** personOf is what the page knows of a message's author. */
function personOf(author) {
  return person(author.id) ?? { name: author.global_name || author.username, bot: author.bot, roles: [] };
}

/** nameOf is what an author is called. */
export const nameOf = (author) => personOf(author).name;

/** drawName is a name in the colour of the person's highest role that has one. */
function drawName(author, tag = 'span.name') {
  const who = personOf(author);
  const colour = (who.roles ?? []).map((id) => role(id)?.color).find(Boolean);
  return h(tag, { class: colour ? 'inked' : '', style: ink(colour) }, who.name);
}

const appTag = (author) => (author.bot ? h('span.app-tag', {}, 'APP') : null);

/** drawSide is what stands left of a message: the avatar, or the time of one in a group. */
export function drawSide(message, look) {
  if (!look.grouped) return face(personOf(message.author));
  return drawSent(message, 't');
}

/** drawHead is the line with the name and the time. */
export function drawHead(message, look) {
  if (look.grouped) return null;
  return [drawName(message.author, 'h2.name'), appTag(message.author), drawSent(message)];
}

function drawSent(message, style) {
  const at = Date.parse(message.timestamp);
  return h('time.sent', { datetime: message.timestamp, title: format(at, 'F') }, style ? format(at, style) : sent(at));
}

/** drawOrigin is the line above a message that says what it answers. */
export function drawOrigin(message) {
  const meta = message.interaction_metadata;
  if (meta?.name && meta.user) {
    return h('div.origin', {}, face(personOf(meta.user)), drawName(meta.user), ' used ', h('span.used', {}, `/${meta.name}`));
  }
  if (message.reply) return drawReply(message);
  return message.message_reference ? h('div.origin', {}, h('em', {}, 'The message this answers was deleted')) : null;
}

function drawReply({ reply, message_reference: reference }) {
  const { author, content } = reply;
  const jump = (event) => event.target.dispatchEvent(new CustomEvent('jump', { bubbles: true, detail: { channel: reference?.channel_id, message: reference?.message_id } }));
  const line = oneLine(content ?? '').slice(0, 200);
  return h('div.origin', {}, face(personOf(author)), appTag(author), drawName(author),
    h('button.quoted', { type: 'button', on: { click: jump }, title: 'Jump to the message' }, line || 'Jump to the message'));
}
