// The people of this local Discord: the list in which one chooses who to be.

import { become } from './become.js';
import { h, svg } from './dom.js';
import { face } from './faces.js';
import { icons } from './icons.js';
import { state } from './store.js';
import { toast } from './toast.js';

/** switchTo makes this window a person's, and says so where it cannot. */
export async function switchTo(who) {
  try {
    await become(who);
  } catch (error) {
    toast(error.message);
  }
}

/**
 * peopleList draws everybody whom this window could be; arrow keys go through it.
 *
 * @param {() => void} chosen is called when somebody was chosen
 */
export function peopleList(chosen) {
  const rows = state.people.map((p, i) => row(p, i, chosen));
  return h('ul.people', { 'aria-label': 'People', on: { keydown: walk } }, rows);
}

function row(p, i, chosen) {
  const me = p.id === state.me?.id;
  const pick = () => {
    chosen();
    if (!me) switchTo(p.id);
  };
  return h('li.person', {},
    h('button.person-name', { type: 'button', data: { person: p.name, id: p.id }, 'aria-current': me && 'true', on: { click: pick } },
      face(p),
      h('span.person-text', {},
        h('span.person-who', {}, p.name),
        h('span.person-note', {}, p.note)),
      i < 9 && h('kbd', { 'aria-hidden': 'true' }, `Alt ${i + 1}`)),
    h('a.icon-button', { href: `#as=${p.id}`, target: '_blank', rel: 'opener', title: 'Open in a new window', 'aria-label': `Open ${p.name} in a new window`, on: { click: chosen } },
      svg(icons.window)));
}

/** walk moves the focus with the arrow keys, Home and End. */
function walk(event) {
  const names = [...event.currentTarget.querySelectorAll('.person-name')];
  const at = names.indexOf(event.target.closest('.person')?.querySelector('.person-name'));
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: names.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  names[(next + names.length) % names.length].focus();
}
