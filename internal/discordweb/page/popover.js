// A small window that hangs at an element: below it, or above where there is more
// room; at phone width it comes from the bottom edge.

import { h, one } from './dom.js';

const edge = 8; // pixels kept free at the window's edges

/** narrow is a window that is too small for windows in it. */
export const narrow = () => matchMedia('(max-width: 600px)').matches;

/**
 * openPopover shows content at an anchor. It closes at Escape, at a click elsewhere,
 * when Tab leaves it, when its anchor is gone, and when close is called; the focus
 * then goes back.
 *
 * @param {object} options
 * @param {Element} options.anchor
 * @param {Node} options.content
 * @param {string} options.label what it is called
 * @param {function(string)} options.closed is called once with why: "escape", "outside", "tab", "gone" or what close was given
 * @returns {{node: HTMLElement, place: function(), close: function(string=)}}
 */
export function openPopover({ anchor, content, label, closed }) {
  // What is outside a modal <dialog> cannot be used while it is open.
  const host = anchor.closest('dialog') ?? one('#layers');
  const sheet = narrow();
  const node = h('div.popover', { role: 'dialog', 'aria-label': label, class: sheet ? 'sheet' : 'floating' }, content);
  const veil = sheet ? h('div.popover-veil') : null;
  const place = () => sheet || placeAt(node, anchor);
  let open = true;

  // A message that is deleted takes its menus with it.
  const gone = new MutationObserver(() => anchor.isConnected || close('gone'));
  const close = (why) => {
    if (!open) return;
    open = false;
    gone.disconnect();
    document.removeEventListener('pointerdown', outside, true);
    window.removeEventListener('resize', place);
    window.removeEventListener('scroll', place, true);
    const within = node.contains(document.activeElement) || document.activeElement === document.body;
    node.remove();
    veil?.remove();
    if (within && anchor.isConnected) anchor.focus();
    closed(why);
  };
  const outside = (event) => {
    if (node.contains(event.target)) return;
    if (sheet || anchor.contains(event.target)) swallowClick();
    close('outside');
  };
  node.addEventListener('keydown', (event) => {
    const why = event.key === 'Escape' ? 'escape' : tabLeaves(event, node) ? 'tab' : '';
    if (!why) return;
    event.preventDefault(); // else a dialog around it would close as well
    event.stopPropagation();
    close(why);
  });
  gone.observe(document.body, { childList: true, subtree: true });
  document.addEventListener('pointerdown', outside, true);
  window.addEventListener('resize', place);
  window.addEventListener('scroll', place, true);
  if (veil) host.append(veil);
  host.append(node);
  place();
  return { node, place, close };
}

/**
 * swallowClick keeps the click that closes a popover from opening it again at its
 * anchor, and from pressing what lay under the veil of a sheet.
 */
function swallowClick() {
  const over = new AbortController();
  const stop = (event) => {
    if (event.detail === 0) return; // by the keyboard
    event.preventDefault();
    event.stopImmediatePropagation();
    over.abort();
  };
  window.addEventListener('click', stop, { capture: true, signal: over.signal });
  window.addEventListener('pointerdown', () => over.abort(), { capture: true, signal: over.signal });
}

/** tabLeaves reports whether Tab would go to something outside. */
function tabLeaves(event, node) {
  if (event.key !== 'Tab') return false;
  const stops = [...node.querySelectorAll('input, button, [tabindex="0"]')].filter((n) => !n.disabled);
  return document.activeElement === (event.shiftKey ? stops[0] : stops.at(-1));
}

/** placeAt puts a fixed element below or above an anchor, inside the window. */
function placeAt(node, anchor) {
  if (!anchor.isConnected) return;
  const at = anchor.getBoundingClientRect();
  const below = innerHeight - at.bottom - 2 * edge;
  const above = at.top - 2 * edge;
  const width = Math.min(Math.max(at.width, 260), innerWidth - 2 * edge);
  node.style.width = `${width}px`;
  node.style.maxHeight = 'none';
  const wanted = Math.min(node.scrollHeight, 420);
  const up = below < wanted && above > below;
  const height = Math.max(120, Math.min(wanted, up ? above : below));
  node.style.maxHeight = `${height}px`;
  node.style.left = `${Math.max(edge, Math.min(at.left, innerWidth - width - edge))}px`;
  node.style.top = up ? 'auto' : `${at.bottom + edge / 2}px`;
  node.style.bottom = up ? `${innerHeight - at.top + edge / 2}px` : 'auto';
}
