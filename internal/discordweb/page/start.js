// What stands above the first message of a channel: where one is, and that nothing
// was here before.

import { fill, h } from './dom.js';
import { face } from './faces.js';
import { channel } from './store.js';

/** Start is the beginning of the channel that is open. */
export class Start {
  constructor() {
    this.node = h('div.start', { hidden: true });
    this.drawn = '';
  }

  /** show draws the beginning of a channel. */
  show(id) {
    const c = channel(id);
    const key = JSON.stringify([id, c?.name, c?.with]);
    if (!c || key === this.drawn) return;
    this.drawn = key;
    fill(this.node, begin(c));
  }
}

function begin(c) {
  switch (c.kind) {
    case 'dm': {
      const who = c.with ?? c;
      return [face(who), h('h2', {}, who.name), h('p', {}, 'This is the beginning of your direct message history with ', h('strong', {}, who.name), '.')];
    }
    case 'thread':
      return [sign('#'), h('h2', {}, c.name), h('p', {}, 'This is the start of the thread in #', channel(c.parent)?.name ?? 'its channel', '.')];
    default:
      return [sign('#'), h('h2', {}, 'Welcome to #', c.name, '!'), h('p', {}, 'This is the start of the #', c.name, ' channel.')];
  }
}

const sign = (letter) => h('span.start-sign', { 'aria-hidden': 'true' }, letter);
