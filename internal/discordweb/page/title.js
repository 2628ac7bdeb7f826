// The bar above the messages: where the person is, and on a phone the way to the
// channels.

import { fill, h } from './dom.js';
import { mountDrawer } from './drawer.js';
import { channel, open, state, watch } from './store.js';

/** mountTitle draws the bar. */
export function mountTitle(node) {
  const where = h('div.where');
  fill(node, mountDrawer(), where);
  let drawn = '';
  const draw = () => {
    const c = channel(state.current);
    const key = JSON.stringify([c?.id, c?.name, channel(c?.parent)?.name]);
    if (key === drawn) return;
    drawn = key;
    fill(where, crumbs(c));
  };
  for (const topic of ['current', 'channels']) watch(topic, draw);
}

function crumbs(c) {
  if (!c) return [];
  if (c.kind === 'dm') return [sign('@'), h('h1.crumb', {}, c.with?.name ?? c.name)];
  const parent = c.kind === 'thread' ? channel(c.parent) : null;
  if (!parent) return [sign('#'), h('h1.crumb', {}, c.name)];
  return [
    sign('#'), h('button.crumb.parent', { type: 'button', on: { click: () => open(parent.id) } }, parent.name),
    h('span.crumb-next', { 'aria-hidden': 'true' }, '›'), h('h1.crumb', {}, c.name),
  ];
}

const sign = (letter) => h('span.crumb-sign', { 'aria-hidden': 'true' }, letter);
