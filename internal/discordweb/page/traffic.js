// The live list of what goes between bot and Discord.

import { fill, h } from './dom.js';
import { json, pretty } from './json.js';
import { call } from './socket.js';
import { watch } from './store.js';

const most = 300; // entries that are kept and drawn
const kinds = { '': 'Everything', request: 'Requests', interaction: 'Interactions', gateway: 'Gateway' };

/** mountTraffic draws into node; the entries come for as long as it is seen. */
export function mountTraffic(node) {
  const list = h('ol.traffic', { 'aria-label': 'What was said, newest first' });
  const kind = h('select.small-field', { 'aria-label': 'Kind' }, Object.entries(kinds).map(([v, label]) => h('option', { value: v }, label)));
  const text = h('input.small-field', { type: 'search', 'aria-label': 'Filter by text', placeholder: 'Filter' });
  const pause = h('button.button.small', { type: 'button', 'aria-pressed': 'false' }, 'Pause');
  const clear = h('button.button.small', { type: 'button' }, 'Clear');
  const empty = h('p.panel-empty', {}, 'Nothing yet. Type a command, and see what the bot is sent and what it answers.');
  fill(node, h('div.panel-tools', {}, kind, text, pause, clear), empty, list);

  let entries = []; // oldest first
  let held = null; // those that came while paused
  let seen = false;
  let last = 0; // seq of the newest

  const fits = (e) => (!kind.value || e.kind === kind.value) && words(e).includes(text.value.toLowerCase());
  const say = () => {
    empty.hidden = entries.length > 0;
    pause.textContent = held ? `Go on${held.length ? ` (${held.length})` : ''}` : 'Pause';
    pause.setAttribute('aria-pressed', String(held !== null));
  };
  const draw = () => {
    fill(list, entries.filter(fits).map(row).reverse());
    say();
  };
  const take = (more) => {
    const fresh = more.filter((e) => e.seq > last);
    if (fresh.length === 0) return;
    last = fresh.at(-1).seq;
    if (held) {
      held = [...held, ...fresh].slice(-most);
      say();
      return;
    }
    entries = [...entries, ...fresh].slice(-most);
    for (const e of fresh.filter(fits)) list.prepend(row(e));
    while (list.childElementCount > most) list.lastElementChild.remove();
    say();
  };

  kind.addEventListener('change', draw);
  text.addEventListener('input', draw);
  clear.addEventListener('click', () => {
    entries = [];
    draw();
  });
  pause.addEventListener('click', () => {
    if (held) entries = [...entries, ...held].slice(-most);
    held = held ? null : [];
    draw();
  });
  watch('traffic', (more) => seen && take(more));
  return {
    see() {
      seen = true;
      call('traffic', { on: true }).then((ok) => {
        const known = ok.entries ?? [];
        if (known.length && known.at(-1).seq < last) last = 0; // another server: it counts anew
        take(known);
      }, () => {});
    },
    leave() {
      seen = false;
      call('traffic', { on: false }).catch(() => {});
    },
  };
}

const words = (e) => `${e.title} ${e.app} ${e.status} ${e.body} ${e.answer} ${e.error}`.toLowerCase();

/** grade is good, odd or bad, by the status and the error of an entry. */
function grade(e) {
  if (e.error || e.status >= 500) return 'bad';
  if (e.status >= 400) return 'odd';
  return 'good';
}

const clock = (at) => {
  const d = new Date(at);
  return `${d.toLocaleTimeString([], { hour12: false })}.${String(d.getMilliseconds()).padStart(3, '0')}`;
};

function row(e) {
  const details = h('details.entry', { data: { kind: e.kind, seq: e.seq } },
    h('summary', {},
      h('time', {}, clock(e.at)),
      h('span.entry-kind', { title: kinds[e.kind] }, { request: '→', interaction: '↘', gateway: '⇄' }[e.kind] ?? '·'),
      h('span.entry-title', {}, e.title),
      e.status > 0 && h('span.entry-status', { class: `is-${grade(e)}` }, String(e.status)),
      h('span.entry-ms', {}, e.ms > 0 ? `${Math.round(e.ms)} ms` : '')));
  // Bodies are drawn when somebody looks: 300 of them at once would be felt.
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(bodies(e));
  });
  return h('li', {}, details);
}

function bodies(e) {
  const [sent, answered] = e.kind === 'request' ? ['The bot sent', 'Discord answered'] : ['Sent', 'Answered'];
  return h('div.entry-bodies', {},
    e.app && h('p.entry-app', {}, `Application: ${e.app}`),
    e.error && h('p.entry-error', {}, e.error),
    body(sent, e.body),
    body(answered, e.answer),
    !e.body && !e.answer && h('p.entry-app', {}, 'Without a body.'));
}

function body(title, text) {
  if (!text) return null;
  const copy = h('button.button.small', { type: 'button', 'aria-label': `Copy what ${title.toLowerCase()}` }, 'Copy');
  copy.addEventListener('click', async () => {
    copy.textContent = await navigator.clipboard.writeText(pretty(text)).then(() => 'Copied', () => 'Not allowed');
  });
  return h('section', {}, h('header.entry-head', {}, h('h3', {}, title), copy), json(text));
}
