// The keys that this page knows.

import { closer, openDialog } from './dialog.js';
import { h } from './dom.js';
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
  openDialog('Keyboard shortcuts', (dialog) => [
    h('dl.keys', {}, [...keys, ...people].map(([key, does]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, does)))),
    h('div.ask-buttons', {}, closer(dialog, 'Close')),
  ]);
}
