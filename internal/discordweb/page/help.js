// The keys that this page knows.

import { add, h, one } from './dom.js';
import { state } from './store.js';

/** keys are what the dialog lists: key, and what it does. */
const keys = [
  ['/', 'Type a command, in the message box'],
  ['Tab', 'Go to the next field or button; in a command, take what is offered'],
  ['↑ ↓', 'Move in a list'],
  ['Enter', 'Choose, press or send'],
  ['Esc', 'Close what is open'],
  ['Ctrl /', 'This list'],
];

/** openHelp shows the keys. */
export function openHelp() {
  const people = state.people.slice(0, 9).map((p, i) => [`Alt ${i + 1}`, `Become ${p.name}`]);
  const dialog = h('dialog.ask', { 'aria-labelledby': 'help-title' });
  add(dialog,
    h('h2', { id: 'help-title' }, 'Keyboard shortcuts'),
    h('dl.keys', {}, [...keys, ...people].map(([key, does]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, does)))),
    h('div.ask-buttons', {}, h('button.button', { type: 'button', on: { click: () => dialog.close() } }, 'Close')));
  dialog.addEventListener('close', () => dialog.remove());
  one('#layers').append(dialog);
  dialog.showModal();
}
