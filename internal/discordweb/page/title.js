// The bar above the messages: where the person is, and on a phone the way to the
// channels. Others put their buttons into `.actions`.

import { fill, h, one, svg } from './dom.js';
import { channel, open, state, watch } from './store.js';

const menu = 'M3 5h18v2H3V5zm0 6h18v2H3v-2zm0 6h18v2H3v-2z';

/** mountTitle draws the bar. */
export function mountTitle(node) {
  const toggle = h('button.icon-button.drawer-toggle', { type: 'button', 'aria-controls': 'sidebar', 'aria-expanded': 'false', on: { click: () => setDrawer(!isOpen()) } }, svg(menu, 'Channels'));
  const where = h('div.where');
  fill(node, toggle, where, h('div.actions'));
  const draw = () => {
    fill(where, crumbs(channel(state.current)));
    setDrawer(false);
  };
  let drawn = '';
  watch('current', draw);
  watch('channels', () => {
    const { id, name, parent } = channel(state.current) ?? {};
    const key = JSON.stringify([id, name, channel(parent)?.name]);
    if (key === drawn) return;
    drawn = key;
    fill(where, crumbs(channel(state.current)));
  });
  mountDrawer(toggle);
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

const isOpen = () => one('#app').classList.contains('drawer-open');

function setDrawer(is) {
  one('#app').classList.toggle('drawer-open', is);
  one('.drawer-toggle').setAttribute('aria-expanded', String(is));
  if (is) one('#channels [aria-current]')?.focus();
}

/** mountDrawer closes the channels of a phone with Escape and a tap beside them. */
function mountDrawer(toggle) {
  const shade = h('div.drawer-shade', { on: { click: () => setDrawer(false) } });
  one('#sidebar').after(shade);
  one('#sidebar').addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !isOpen()) return;
    event.stopPropagation();
    setDrawer(false);
    toggle.focus();
  });
}
