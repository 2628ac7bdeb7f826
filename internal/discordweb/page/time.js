// Times as Discord writes them, in the person's own zone and language.

import { h } from './dom.js';

const styles = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
  s: { dateStyle: 'short', timeStyle: 'short' },
  S: { dateStyle: 'short', timeStyle: 'medium' },
};

const steps = [
  ['year', 365 * 86400], ['month', 30 * 86400], ['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1],
];

/** format writes a time (ms since 1970) in one of Discord's styles. */
export function format(at, style = 'f') {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return 'Invalid date';
  return style === 'R' ? relative(at) : date.toLocaleString(undefined, styles[style] ?? styles.f);
}

/** relative says how far off a time is: "in 3 minutes", "2 days ago". */
export function relative(at, now = Date.now()) {
  const seconds = Math.round((at - now) / 1000);
  const [unit, length] = steps.find(([, s]) => Math.abs(seconds) >= s) ?? steps.at(-1);
  return new Intl.RelativeTimeFormat('en', { numeric: 'always' }).format(Math.trunc(seconds / length), unit);
}

/** drawTime is a timestamp of a text; those that say how far off they are go on by themselves. */
export function drawTime(at, style) {
  const valid = !Number.isNaN(new Date(at).getTime());
  return h('time.timestamp', {
    datetime: valid ? new Date(at).toISOString() : null,
    title: format(at, 'F'),
    data: style === 'R' ? { relative: at } : {},
  }, format(at, style));
}

/** sent says when a message was sent: the time alone if it was today. */
export function sent(at, now = new Date()) {
  const days = daysBetween(new Date(at), now);
  if (days === 0) return format(at, 't');
  return days === 1 ? `Yesterday at ${format(at, 't')}` : format(at, 's');
}

/** day names the day of a divider. */
export const day = (at) => format(at, 'D');

/** sameDay reports whether two times are on one day here. */
export const sameDay = (a, b) => new Date(a).toDateString() === new Date(b).toDateString();

function daysBetween(a, b) {
  const midnight = (d) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  return Math.round((midnight(b) - midnight(a)) / 86400000);
}

/** keepTime rewrites the relative times every second: one timer for all of them. */
export function keepTime() {
  setInterval(() => {
    if (document.hidden) return;
    for (const node of document.querySelectorAll('time[data-relative]')) {
      const text = relative(Number(node.dataset.relative));
      if (node.textContent !== text) node.textContent = text;
    }
  }, 1000);
}
