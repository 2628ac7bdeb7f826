// The person's corner at the foot of the sidebar, and the menu that opens there:
// who this window is, and what else can be done with this local Discord.

import { closer, openDialog } from './dialog.js';
import { fill, h, one, svg } from './dom.js';
import { face } from './faces.js';
import { openHelp } from './help.js';
import { icons } from './icons.js';
import { togglePanel } from './panel.js';
import { peopleList, switchTo } from './people.js';
import { call } from './socket.js';
import { state, watch } from './store.js';
import { theme, toggleTheme } from './theme.js';
import { toast } from './toast.js';
import { startTour } from './tour.js';

/** mountMe draws the corner into node. */
export function mountMe(node) {
  const menu = h('div.menu', { id: 'who', popover: 'auto', role: 'dialog', 'aria-label': 'Who am I' });
  one('#layers').append(menu);
  const close = () => menu.hidePopover();
  menu.addEventListener('beforetoggle', (event) => {
    if (event.newState === 'open') fill(menu, h('h2.menu-title', {}, 'Who am I'), peopleList(close), h('hr'), deeds(close));
  });
  menu.addEventListener('toggle', (event) => {
    const open = event.newState === 'open';
    for (const opener of document.querySelectorAll('[popovertarget="who"]')) opener.setAttribute('aria-expanded', String(open));
    if (open) (one('[aria-current]', menu) ?? one('button', menu))?.focus();
  });
  watch('ready', () => drawCorner(node));
  document.addEventListener('keydown', shortcut);
}

function drawCorner(node) {
  const focused = node.contains(document.activeElement);
  const me = state.me;
  fill(node,
    h('button.me-name', { type: 'button', popovertarget: 'who', 'aria-haspopup': 'dialog', 'aria-expanded': 'false', title: 'Who am I' },
      face(me),
      h('span.me-text', {},
        h('span.me-who', {}, me.name),
        h('span.me-note', {}, me.note))),
    h('button.icon-button', { type: 'button', title: 'Under the bonnet', 'aria-label': 'Under the bonnet', data: { open: 'panel' }, on: { click: () => togglePanel() } }, svg(icons.code)));
  if (focused) one('.me-name', node).focus();
}

/** deeds are what the menu offers beside the people. */
function deeds(close) {
  const deed = (name, label, run) => h('button.menu-item', { type: 'button', data: { deed: name }, on: { click: run } }, label);
  const leaving = (name, label, run) => deed(name, label, () => {
    close();
    run();
  });
  return h('div.menu-deeds', {},
    state.tour.length > 0 && leaving('tour', 'Take the tour', startTour),
    leaving('panel', 'Under the bonnet', () => togglePanel(true)),
    deed('theme', otherTheme(), (event) => {
      toggleTheme();
      event.currentTarget.textContent = otherTheme();
    }),
    leaving('help', 'Keyboard shortcuts', openHelp),
    state.canReset && leaving('reset', 'Start afresh…', askReset));
}

const otherTheme = () => (theme() === 'dark' ? 'Light theme' : 'Dark theme');

/** askReset asks once, and then begins anew. */
function askReset() {
  openDialog('Start afresh?', (dialog) => {
    const sure = h('button.button.danger', { type: 'button' }, 'Start afresh');
    sure.addEventListener('click', async () => {
      sure.disabled = true;
      sure.textContent = 'Starting afresh…';
      try {
        await call('reset'); // the page loads anew when it has happened
      } catch (error) {
        toast(error.message);
        dialog.close();
      }
    });
    return [
      h('p', {}, 'The server, its messages and everything that was deployed here go, for everybody in every window. Nothing outside this machine changes.'),
      h('div.ask-buttons', {}, closer(dialog, 'Keep it'), sure),
    ];
  });
}

/** shortcut is Alt with a digit for a person, and Ctrl with / for the list of keys. */
function shortcut(event) {
  if (document.querySelector('dialog[open]')) return;
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  if (event.altKey && !event.ctrlKey && !event.metaKey && digit) {
    const p = state.people[digit - 1];
    if (!p) return;
    event.preventDefault();
    if (p.id !== state.me?.id) switchTo(p.id);
    return;
  }
  if (event.key === '/' && event.ctrlKey) {
    event.preventDefault();
    openHelp();
  }
}
