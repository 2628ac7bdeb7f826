// Finds what the tour speaks of on the page. A mark is {kind, value}: composer,
// button (its label), select (its placeholder), text (a part of it), thread (a part
// of its name), person (their name) or modal.

import { one } from './dom.js';
import { channel, state } from './store.js';

/**
 * sight is the newest element on the page that a mark means, and null if it is not
 * there, not to be seen, or cannot be used.
 *
 * @param {{kind: string, value: string}} mark
 */
export function sight({ kind, value }) {
  switch (kind) {
    case 'composer':
      return visible(one('#composer textarea, #composer input'))?.closest('#composer > *') ?? null;
    case 'button':
      return last('#feed button', (b) => !b.disabled && b.textContent.trim() === value);
    case 'select':
      return last('#feed [data-custom-id]', (s) => !isDisabled(s) && says(s, value));
    case 'text':
      return last('#feed .embed', (e) => e.textContent.includes(value)) ?? last('#feed [data-message]', (m) => m.textContent.includes(value));
    case 'thread':
      return visible(one(`[data-channel="${CSS.escape(newestThread(value)?.id ?? '')}"]`)) ?? last('#feed .thread-pill', (t) => t.textContent.includes(value));
    case 'person':
      return visible(one(`[data-person="${CSS.escape(value)}"]`)) ?? visible(one('.me-name')) ?? visible(one('.drawer-toggle'));
    case 'modal':
      return one('dialog[open]');
    default:
      return null;
  }
}

/** reached reports whether what a mark says is so by now. */
export function reached(mark) {
  switch (mark?.kind) {
    case 'person':
      return state.me?.name === mark.value;
    case 'thread':
      return channel(state.current)?.kind === 'thread' && channel(state.current).name.includes(mark.value ?? '');
    case 'select':
    case 'text':
      return sight(mark) !== null;
    default:
      return false; // what has to be done is not there to be seen: see did
  }
}

/** did reports whether a call that was answered is what a mark asks for. */
export function did(mark, what) {
  switch (mark?.kind) {
    case 'command':
      return what.do === 'slash' && what.name === mark.value;
    case 'button':
      return what.do === 'press' && what.component?.label === mark.value;
    default:
      return false;
  }
}

function newestThread(name) {
  const all = state.channels.filter((c) => c.kind === 'thread' && c.name.includes(name ?? ''));
  return all.sort((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1)).at(-1);
}

function last(selector, fits) {
  return [...document.querySelectorAll(selector)].reverse().find((node) => visible(node) && fits(node)) ?? null;
}

const isDisabled = (node) => node.disabled || node.getAttribute('aria-disabled') === 'true';

const says = (node, text) => [node.textContent, node.getAttribute('aria-label'), node.getAttribute('placeholder')].some((t) => t?.includes(text));

/** visible is the node, unless it is hidden, or beside the window as a drawer that is shut. */
function visible(node) {
  if (!node?.checkVisibility({ visibilityProperty: true })) return null;
  const box = node.getBoundingClientRect();
  return box.right > 0 && box.left < innerWidth ? node : null;
}
