// The bar over the composer while the person reads older messages.

import { fill, h } from './dom.js';

/** Bar is the bar; back is called when the person wants the newest messages. */
export class Bar {
  constructor(back) {
    this.text = h('span');
    this.node = h('div.present', { hidden: true },
      h('button.present-bar', { type: 'button', on: { click: back } }, this.text, h('strong', {}, 'Jump to present ↓')));
  }

  /** show draws it, with the number of messages that came meanwhile; or hides it. */
  show(is, missed) {
    this.node.hidden = !is;
    if (this.missed === missed) return;
    this.missed = missed;
    fill(this.text, missed ? `${missed.toLocaleString()} new ${missed === 1 ? 'message' : 'messages'}` : 'You are viewing older messages');
  }
}
