// What waits for an answer says so with three dots.

import { h } from './dom.js';

/** dots are three dots that move. */
export const dots = () => h('span.dots', { 'aria-hidden': 'true' }, h('i'), h('i'), h('i'));

/** busy shows that a component waits for its answer. It keeps the focus: it is not disabled. */
export function busy(node, is) {
  node.setAttribute('aria-busy', String(is));
  node.setAttribute('aria-disabled', String(is));
}
