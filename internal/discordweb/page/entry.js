// A message in the feed, with what is drawn above it: the date, the line of what is new.

import { h, sync } from './dom.js';
import { flags } from './flags.js';
import { MessageView } from './message.js';
import { channel } from './store.js';
import { day, sameDay } from './time.js';

const together = 7 * 60 * 1000; // milliseconds: messages of one author within them are a group
const reply = 19;
const command = 20;

/** lookOf is how a message looks after the one before it, and with what came of it. */
export function lookOf(message, before, mark, failed) {
  const at = Date.parse(message.timestamp);
  const date = !before || !sameDay(at, Date.parse(before.timestamp)) ? day(at) : '';
  const fresh = message.id === mark;
  return { date, fresh, grouped: !date && !fresh && continues(message, before, at), failed: failed ?? '', thread: threadOf(message) };
}

/** threadOf is the thread that a message started as it is now: the message says how it was. */
function threadOf({ thread }) {
  if (!thread) return null;
  const now = channel(thread.id);
  return { id: thread.id, name: now?.name ?? thread.name, count: now?.messages ?? thread.message_count ?? 0 };
}

function continues(message, before, at) {
  if (!before || before.author.id !== message.author.id || before.author.global_name !== message.author.global_name) return false;
  if (message.type === reply || message.type === command || message.interaction_metadata?.name) return false;
  return at - Date.parse(before.timestamp) < together && (before.flags & flags.ephemeral) === (message.flags & flags.ephemeral);
}

/** Entry is a message and its dividers. */
export class Entry {
  constructor(message) {
    this.view = new MessageView(message);
    this.node = h('div.feed-entry', {}, this.view.node);
    this.look = '';
  }

  /** update draws what changed; nothing if nothing did. */
  update(message, look, anew) {
    const key = JSON.stringify(look);
    if (!anew && this.message === message && this.look === key) return;
    if (this.look !== key) sync(this.node, [...dividers(look), this.view.node]);
    this.message = message;
    this.look = key;
    this.view.update(message, look, anew);
  }
}

function dividers({ date, fresh }) {
  if (!date && !fresh) return [];
  const label = [date, fresh ? 'new messages' : ''].filter(Boolean).join(', ');
  return [h('div.divider', { role: 'separator', 'aria-label': label, class: fresh ? 'fresh' : '' },
    date ? h('span.divider-date', {}, date) : null,
    fresh ? h('span.divider-new', {}, 'New') : null)];
}
