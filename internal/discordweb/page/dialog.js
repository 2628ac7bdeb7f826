// Small dialogs of the page itself.

import { add, h, one } from './dom.js';

let made = 0; // for ids that are one of a kind

/**
 * openDialog shows a title and what is made with the dialog, and gives the focus
 * back once it closes.
 *
 * @param {string} title
 * @param {function(HTMLDialogElement): (Node|Node[])} content
 */
export function openDialog(title, content) {
  const id = `dialog-${++made}`;
  const dialog = h('dialog.ask', { 'aria-labelledby': id, on: { close: () => dialog.remove() } });
  add(dialog, h('h2', { id }, title), content(dialog));
  one('#layers').append(dialog);
  dialog.showModal();
}

/** closer is a button that closes a dialog. */
export const closer = (dialog, label) => h('button.button', { type: 'button', on: { click: () => dialog.close() } }, label);
