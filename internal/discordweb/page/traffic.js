// The live list of what goes between bot and Discord.

import { fill, h } from './dom.js';
import { drawExchange, kinds } from './exchange.js';
import { hear } from './hear.js';
import { state, watch } from './store.js';

const most = 300; // entries that are kept and drawn

/** mountTraffic draws into node; the entries come for as long as it is seen. */
export function mountTraffic(node) {
  const list = h('ol.traffic', { 'aria-label': 'What was said, newest first' });
  const kind = h('select.small-field', { 'aria-label': 'Kind' },
    h('option', { value: '' }, 'Everything'), Object.entries(kinds).map(([v, label]) => h('option', { value: v }, label)));
  const text = h('input.small-field', { type: 'search', 'aria-label': 'Filter by text', placeholder: 'Filter' });
  const pause = h('button.button.small', { type: 'button', 'aria-pressed': 'false' }, 'Pause');
  const clear = h('button.button.small', { type: 'button' }, 'Clear');
  const empty = h('p.panel-empty', {}, 'Nothing yet. Type a command, and see what the bot is sent and what it answers.');
  fill(node, h('div.panel-tools', {}, kind, text, pause, clear), empty, list);

  const entries = new Map(); // by seq, oldest first
  const lines = new Map(); // by seq: what is drawn
  let held = null; // the entries that came while paused, by seq
  let seen = false;
  let lost = false; // the connection, since the last look: a server that was started anew counts anew
  let since = 0; // seq up to which entries were cleared or grew too old

  const fits = (e) => (!kind.value || e.kind === kind.value) && words(e).includes(text.value.toLowerCase());
  const say = () => {
    empty.hidden = entries.size > 0;
    pause.textContent = held ? `Go on${held.size ? ` (${held.size})` : ''}` : 'Pause';
    pause.setAttribute('aria-pressed', String(held !== null));
  };
  /** put draws an entry that is new, or has changed: an interaction was answered. */
  const put = (e) => {
    const known = lines.get(e.seq);
    entries.set(e.seq, e);
    if (!fits(e)) {
      known?.remove();
      lines.delete(e.seq);
      return;
    }
    lines.set(e.seq, drawExchange(e, known));
    if (!known) list.prepend(lines.get(e.seq));
  };
  const trim = () => {
    for (const seq of entries.keys()) {
      if (entries.size <= most) return;
      since = seq; // what changes of it is of no interest any more
      entries.delete(seq);
      lines.get(seq)?.remove();
      lines.delete(seq);
    }
  };
  const take = (more) => {
    for (const e of more) {
      if (e.seq <= since) continue;
      if (held) held.set(e.seq, e);
      else put(e);
    }
    for (const seq of held?.keys() ?? []) {
      if (held.size <= most) break;
      held.delete(seq);
    }
    trim();
    say();
  };
  const draw = () => {
    lines.clear();
    fill(list);
    for (const e of entries.values()) put(e);
    say();
  };

  kind.addEventListener('change', draw);
  text.addEventListener('input', draw);
  clear.addEventListener('click', () => {
    since = Math.max(since, ...entries.keys(), ...(held?.keys() ?? []));
    entries.clear();
    held?.clear();
    draw();
  });
  pause.addEventListener('click', () => {
    const more = held ? [...held.values()] : [];
    held = held ? null : new Map();
    take(more);
  });
  watch('connected', () => {
    lost ||= !state.connected;
  });
  watch('traffic', (more) => seen && take(more));
  return {
    see() {
      seen = true;
      hear(true).then((known) => {
        if (lost) {
          lost = false;
          since = 0;
          entries.clear();
          draw();
        }
        take(known.filter((e) => JSON.stringify(e) !== JSON.stringify(entries.get(e.seq))));
      });
    },
    leave() {
      seen = false;
      hear(false);
    },
  };
}

const words = (e) => `${e.title} ${e.app} ${e.status} ${e.body} ${e.answer} ${e.error}`.toLowerCase();
