// Lines at the end of a channel that only this window has: what a command came to
// when the application did not respond.

import { h, svg } from './dom.js';

const warning = 'M12 2 1 21h22L12 2zm-1 7h2v6h-2V9zm0 8h2v2h-2v-2z';

/** Notes are the lines of every channel; those of the one that is open are drawn. */
export class Notes {
  constructor() {
    this.node = h('div.notes', { role: 'status' });
    this.clear();
  }

  clear() {
    this.of = new Map(); // by channel: a list of elements
    this.show('');
  }

  /** show draws the lines of a channel. */
  show(channel) {
    this.channel = channel;
    this.node.replaceChildren(...(this.of.get(channel) ?? []));
  }

  /** add puts a line under a channel, until it is dismissed. */
  add(channel, text) {
    const list = this.of.get(channel) ?? [];
    this.of.set(channel, list);
    const dismiss = () => {
      list.splice(list.indexOf(line), 1);
      this.show(this.channel);
    };
    const line = h('div.note', {}, svg(warning), h('span.note-text', {}, text),
      h('span.only-you', {}, 'Only you can see this • ', h('button.text-button', { type: 'button', on: { click: dismiss } }, 'Dismiss message')));
    list.push(line);
    this.show(this.channel);
  }
}
