// The channels of a phone: a drawer that a button in the title opens.

import { cover, isDrawerOpen } from './cover.js';
import { h, one, svg } from './dom.js';
import { icons } from './icons.js';
import { watch } from './store.js';

let toggle = null;

/** mountDrawer makes the drawer close with Escape, beside it, and at a channel, and returns its button. */
export function mountDrawer() {
  toggle = h('button.icon-button.drawer-toggle', { type: 'button', 'aria-controls': 'sidebar', 'aria-expanded': 'false', on: { click: () => setDrawer(!isDrawerOpen()) } }, svg(icons.menu, 'Channels'));
  one('#sidebar').after(h('div.drawer-shade', { on: { click: closeDrawer } }));
  one('#sidebar').addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !isDrawerOpen()) return;
    event.stopPropagation();
    closeDrawer();
  });
  // Also at the one that is open already.
  one('#channels').addEventListener('click', (event) => event.target.closest('[data-channel]') && closeDrawer());
  watch('current', closeDrawer);
  return toggle;
}

/** closeDrawer closes it, if it is open, and gives the focus back. */
export function closeDrawer() {
  if (isDrawerOpen()) setDrawer(false);
}

function setDrawer(is) {
  one('#app').classList.toggle('drawer-open', is);
  toggle.setAttribute('aria-expanded', String(is));
  cover();
  if (is) one('#channels [aria-current]')?.focus();
  else toggle.focus();
}
