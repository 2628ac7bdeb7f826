// What the page itself has to say: how the connection is, what to know about this
// server, and short notes that go away.

import { add, h } from './dom.js';
import { makeRoom } from './place.js';
import { state, watch } from './store.js';

const shown = 6000; // milliseconds that a note stays
const patience = 400; // milliseconds before a lost connection is worth a line

let notes = null;
let banner = null;

/** mountStatus draws into the element that is read out when it changes. */
export function mountStatus(node) {
  const line = h('div.status-line', { hidden: true });
  const warning = h('div.status-warning', { hidden: true });
  banner = h('div.status-faults', { hidden: true });
  notes = h('div.status-notes');
  add(node, warning, banner, line, notes);
  makeRoom(node, '--status');
  watchConnection(line);
  watch('ready', () => showWarning(warning));
}

function watchConnection(line) {
  let timer = 0;
  let before = false; // connected at least once
  let ended = ''; // what the server said before it ended
  const say = () => {
    line.textContent = ended ? `${ended} When it is started again at this address, this page is back.` : lost();
    line.hidden = state.connected;
  };
  const lost = () => (before ? 'The connection was lost; trying again.' : 'Connecting…');
  watch('closing', (text) => { ended = text; });
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(say, patience);
  };
  watch('connected', () => {
    if (!state.connected) return later();
    clearTimeout(timer);
    before = true;
    ended = '';
    return say();
  });
  later();
}

function showWarning(bar) {
  const text = state.warning;
  if (!text || sessionStorage.getItem('warning') === text) {
    bar.hidden = true;
    return;
  }
  const hide = () => {
    sessionStorage.setItem('warning', text);
    bar.hidden = true;
  };
  bar.replaceChildren(h('span', {}, text), h('button.link', { type: 'button', on: { click: hide } }, 'Understood'));
  bar.hidden = false;
}

/** showBanner shows a line for as long as something lasts; without children it is gone. */
export function showBanner(...children) {
  banner.replaceChildren();
  add(banner, children);
  banner.hidden = banner.childNodes.length === 0;
}

/** toast shows a short note, and takes it away again. */
export function toast(text) {
  const note = h('div.toast', {}, text);
  notes.append(note);
  setTimeout(() => note.remove(), shown);
}
