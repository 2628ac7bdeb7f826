// One line of the list of what goes between bot and Discord.

import { copier } from './copy.js';
import { fill, h } from './dom.js';
import { json, pretty } from './json.js';

/** kinds are those of exchanges, and what they are called. */
export const kinds = { request: 'Requests', interaction: 'Interactions', gateway: 'Gateway' };

const signs = { request: '→', interaction: '↘', gateway: '⇄' };

/**
 * drawExchange draws an entry: a line that opens.
 *
 * @param {object} e the entry
 * @param {HTMLElement} [before] the same entry's line as it was: if it is open, the new one is
 */
export function drawExchange(e, before) {
  const details = h('details.entry', { open: before?.firstElementChild.open, data: { kind: e.kind, seq: e.seq } },
    h('summary', {},
      h('time', {}, clock(e.at)),
      h('span.entry-kind', { title: kinds[e.kind] }, signs[e.kind] ?? '·'),
      h('span.entry-title', { title: e.title }, short(e.title)),
      e.status > 0 && h('span.entry-status', { class: `is-${grade(e)}` }, String(e.status)),
      h('span.entry-ms', {}, e.ms > 0 ? `${Math.round(e.ms)} ms` : '')));
  // Bodies are drawn when somebody looks: hundreds of them at once would be felt.
  const look = () => details.open && details.childElementCount === 1 && details.append(bodies(e));
  details.addEventListener('toggle', look);
  look();
  const line = before ?? h('li');
  const focused = line.contains(document.activeElement);
  fill(line, details);
  if (focused) details.firstElementChild.focus();
  return line;
}

/** grade is good, odd or bad, by the status and the error of an entry. */
function grade(e) {
  if (e.error || (e.status >= 500 && e.kind === 'request')) return 'bad';
  return e.status >= 400 ? 'odd' : 'good';
}

const clock = (at) => {
  const d = new Date(at);
  return `${d.toLocaleTimeString([], { hour12: false })}.${String(d.getMilliseconds()).padStart(3, '0')}`;
};

/** short leaves the last digits of ids, as the others are the same all day, and of an interaction what it is. */
const short = (title) => title.replace(/^INTERACTION_CREATE (?=.)/, '').replace(/\d{13,}(\d{4})/g, '…$1');

function bodies(e) {
  const [sent, answered] = e.kind === 'request' ? ['The bot sent', 'Discord answered'] : ['Sent', 'Answered'];
  return h('div.entry-bodies', {},
    h('p.entry-path', {}, e.title),
    e.app && h('p.entry-app', {}, `Application: ${e.app}`),
    e.error && h('p.entry-error', {}, e.error),
    body(sent, e.body),
    body(answered, e.answer),
    !e.body && !e.answer && h('p.entry-app', {}, 'Without a body.'));
}

function body(title, text) {
  if (!text) return null;
  const copy = copier('button.button.small', `Copy: ${title.toLowerCase()}`, () => pretty(text));
  return h('section', {}, h('header.entry-head', {}, h('h3', {}, title), copy), json(text));
}
