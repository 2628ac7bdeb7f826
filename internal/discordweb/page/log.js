// The messages of a channel that this window knows: one stretch without gaps that
// ends with the newest.

import { flags } from './flags.js';

/** newer reports whether an id was given later: they are numbers, and grow. */
export const newer = (a, b) => a.length > b.length || (a.length === b.length && a > b);

/** place is where an id is, or would be, among messages that are oldest first. */
export function place(messages, id) {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (newer(id, messages[middle].id)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Log is what is known of one channel. */
export class Log {
  constructor() {
    this.messages = []; // oldest first
    this.more = true; // there are older ones
    this.loaded = false;
    this.asked = null; // the newest messages, that are asked for
    this.loading = null; // the older page that is asked for
    this.stale = true; // it has to be asked for anew
    this.since = null; // what was pushed while the newest are being asked for: by id, null for what is gone
  }

  has(id) {
    return this.messages[place(this.messages, id)]?.id === id;
  }

  /** asking says that the newest messages are asked for: what is pushed until then counts more than the answer. */
  asking() {
    this.since = new Map();
  }

  /** unanswered says that no answer will come: what was pushed until now may be old by the next one. */
  unanswered() {
    this.stale = true;
    this.since = null;
  }

  /** put takes a message that is new or edited; false if it is older than all that is known. */
  put(message) {
    this.since?.set(message.id, message);
    const at = place(this.messages, message.id);
    const known = this.messages[at]?.id === message.id;
    if (!known && at === 0 && (this.more || !this.loaded)) return false;
    this.messages.splice(at, known ? 1 : 0, message);
    return true;
  }

  /** drop forgets a message that is gone. */
  drop(id) {
    this.since?.set(id, null);
    if (this.has(id)) this.messages.splice(place(this.messages, id), 1);
  }

  /** newest takes the answer for the newest messages: it replaces all that was known, but for what only this window has. */
  newest({ messages, more }) {
    const own = this.messages.filter((m) => m.failed);
    this.messages = [...messages];
    this.more = more;
    this.loaded = true;
    this.stale = false;
    const { since } = this;
    this.since = null;
    for (const message of own) this.put(message);
    for (const [id, message] of since ?? []) {
      if (message) this.put(message);
      else this.drop(id);
    }
  }

  /** older takes the answer for the messages before the first that is known. */
  older({ messages, more }) {
    this.messages = [...messages, ...this.messages];
    this.more = more;
  }

  /** firstUnread is the id of the first of the last n messages that others wrote; "" if it is not known. */
  firstUnread(n) {
    if (n <= 0) return '';
    for (let i = this.messages.length - 1; i >= 0; i--) {
      const message = this.messages[i];
      if (!message.mine && !(message.flags & flags.ephemeral) && --n === 0) return message.id;
    }
    return '';
  }
}
