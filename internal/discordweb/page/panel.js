// The panel for the curious: what bot and Discord say to each other, and
// switches for what can go wrong between them.

import { cover } from './cover.js';
import { fill, h, one, svg } from './dom.js';
import { mountFaults } from './faults.js';
import { icons } from './icons.js';
import { mountLimits } from './limits.js';
import { state, watch } from './store.js';
import { Traffic } from './traffic.js';
import { mountViolations } from './violations.js';

/** tabs are the parts: each is mounted once, and told when it is seen and when no more. */
const tabs = [
  { id: 'traffic', label: 'Requests', mount: (body) => new Traffic(body) },
  { id: 'limits', label: 'Rate limits', mount: mountLimits },
  { id: 'violations', label: 'Violations', mount: mountViolations },
  { id: 'faults', label: 'Faults', mount: mountFaults },
];

let panel = null;
let shown = null; // the tab that is seen, or null
let opener = null; // what had the focus before

/** mountPanel draws into node, which is hidden until togglePanel. */
export function mountPanel(node) {
  panel = node;
  for (const tab of tabs) {
    tab.body = h('div.panel-body', { role: 'tabpanel', id: `panel-${tab.id}`, 'aria-labelledby': `tab-${tab.id}`, hidden: true });
    tab.button = h('button.tab', {
      type: 'button', role: 'tab', id: `tab-${tab.id}`, 'aria-controls': `panel-${tab.id}`, 'aria-selected': 'false', tabindex: '-1',
      data: { tab: tab.id }, on: { click: () => show(tab) },
    }, tab.label);
    tab.part = tab.mount(tab.body);
  }
  fill(node,
    h('header.panel-head', {},
      h('h2', {}, 'Under the bonnet'),
      h('button.icon-button', { type: 'button', title: 'Close', 'aria-label': 'Close the panel', on: { click: () => togglePanel(false) } }, svg(icons.cross))),
    h('div.tabs', { role: 'tablist', 'aria-label': 'Under the bonnet', on: { keydown: walk } }, tabs.map((t) => t.button)),
    tabs.map((t) => t.body));
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.stopPropagation();
    togglePanel(false);
  });
  watch('ready', () => {
    tabs.find((t) => t.id === 'faults').button.hidden = !state.faults.length;
    shown?.part.see?.(); // the connection may be another: subscribed to nothing
  });
}

/** togglePanel opens or closes the panel, at the tab that was seen last; without open, the other of both. */
export function togglePanel(open = panel.hidden) {
  if (open === !panel.hidden) return;
  if (open) opener = document.activeElement;
  panel.hidden = !open;
  cover();
  if (open) {
    const tab = tabs.find((t) => t.id === sessionStorage.getItem('tab') && !t.button.hidden) ?? tabs[0];
    show(tab);
    tab.button.focus();
    return;
  }
  leave();
  if (opener?.isConnected) opener.focus();
  else one('[data-open="panel"]')?.focus();
}

function leave() {
  shown?.part.leave?.();
  shown = null;
}

function show(tab) {
  if (shown === tab) return;
  leave();
  sessionStorage.setItem('tab', tab.id);
  for (const t of tabs) {
    t.body.hidden = t !== tab;
    t.button.setAttribute('aria-selected', String(t === tab));
    t.button.tabIndex = t === tab ? 0 : -1;
  }
  shown = tab;
  tab.part.see?.();
}

/** walk goes from tab to tab with the arrow keys. */
function walk(event) {
  const list = tabs.filter((t) => !t.button.hidden);
  const at = list.findIndex((t) => t.button === document.activeElement);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: list.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const tab = list[(next + list.length) % list.length];
  show(tab);
  tab.button.focus();
}
