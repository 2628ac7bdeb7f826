// Buttons that copy a text.

import { h } from './dom.js';

const shown = 2000; // milliseconds that a button says what came of it

/**
 * copier is a button that copies what `text` gives.
 *
 * @param {string} tag with its classes: "button.copy"
 * @param {string} label what is copied, for those who listen
 * @param {function(): string} text
 */
export function copier(tag, label, text) {
  const button = h(tag, { type: 'button', 'aria-label': label }, 'Copy');
  button.addEventListener('click', async () => {
    button.textContent = await put(text()) ? 'Copied' : 'Not copied';
    setTimeout(() => { button.textContent = 'Copy'; }, shown);
  });
  return button;
}

/** put writes to the clipboard, and reports whether it could: a page at a network address without TLS has none. */
async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
