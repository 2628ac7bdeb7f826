// JSON for reading: indented, folded where it is deep, and coloured.

import { h } from './dom.js';

const open = 2; // levels that are unfolded at first
const deepest = 50; // levels that are drawn: thousands of them end the browser's tab

/**
 * json draws a text that may be JSON; what is none is shown as it is.
 *
 * @param {string} text
 */
export function json(text) {
  try {
    return h('div.json', {}, value(JSON.parse(text), 0, null, ''));
  } catch {
    return h('div.json', {}, h('span.json-text', {}, text));
  }
}

/** pretty is the same text indented, for the clipboard. */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function value(v, depth, key, comma) {
  const name = key === null ? [] : [h('span.json-key', {}, JSON.stringify(key)), ': '];
  if (depth === deepest && v !== null && typeof v === 'object') return h('div.json-line', {}, name, JSON.stringify(v), comma);
  if (v === null || typeof v !== 'object') return h('div.json-line', {}, name, scalar(v), comma);
  const list = Array.isArray(v);
  const entries = list ? v.map((x) => [null, x]) : Object.entries(v);
  const [from, to] = list ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return h('div.json-line', {}, name, from + to + comma);
  const what = list ? 'items' : 'fields';
  return h('details.json-fold', { open: depth < open },
    h('summary', {}, name, from, h('span.json-more', {}, ` ${entries.length} ${what} ${to}${comma}`)),
    h('div.json-inside', {}, entries.map(([k, x], i) => value(x, depth + 1, k, i < entries.length - 1 ? ',' : ''))),
    h('div.json-end', {}, to + comma));
}

function scalar(v) {
  const kind = v === null ? 'null' : typeof v;
  return h('span', { class: `json-${kind}` }, JSON.stringify(v));
}
