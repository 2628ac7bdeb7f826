// The bar above the messages: where the person is, and on a phone the way to the
// channels, and who the person is.

import { fill, h } from './dom.js';
import { mountDrawer } from './drawer.js';
import { face } from './faces.js';
import { channel, open, state, watch } from './store.js';

/** mountTitle draws the bar. */
export function mountTitle(node) {
  const where = h('div.where');
  fill(node, mountDrawer(), where, mountYou());
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

/** mountYou makes the face that a phone shows, where the person's corner is out of sight. It opens the same menu. */
function mountYou() {
  const node = h('button.you', { type: 'button', popovertarget: 'who', 'aria-haspopup': 'dialog', 'aria-expanded': 'false' });
  watch('ready', () => {
    const label = `You are ${state.me.name}`;
    node.setAttribute('aria-label', label);
    node.title = label;
    fill(node, face(state.me));
  });
  return node;
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
