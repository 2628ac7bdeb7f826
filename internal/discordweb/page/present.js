// The bar over the composer while the person reads older messages.

import { fill, h } from './dom.js';

/** present makes the bar; back is called when the person wants the newest messages. */
export function present(back) {
  const text = h('span');
  const button = h('button.present-bar', { type: 'button', on: { click: back } }, text, h('strong', {}, 'Jump to present ↓'));
  const node = h('div.present', { hidden: true }, button);
  let drawn = null;
  const show = (is, missed) => {
    node.hidden = !is;
    if (drawn === missed) return;
    drawn = missed;
    fill(text, missed ? `${missed.toLocaleString()} new ${missed === 1 ? 'message' : 'messages'}` : 'You are viewing older messages');
  };
  return { node, show };
}
