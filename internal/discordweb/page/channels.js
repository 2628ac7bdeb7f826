// The list of channels: text channels with their threads, then direct messages.

import { fill, h, sync } from './dom.js';
import { face } from './faces.js';
import { channel, open, state, watch } from './store.js';

const rows = new Map(); // elements by key, which keep the focus while all around them changes
const unfolded = new Set(); // channels whose archived threads are shown
let list = null;
let pending = null;

/** mountChannels draws the server's name and the list. */
export function mountChannels(guild, node) {
  list = node;
  list.addEventListener('keydown', keys);
  watch('ready', () => fill(guild, h('h2.guild-name', {}, state.guild?.name ?? 'Direct messages')));
  watch('channels', soon);
  watch('current', () => { unfoldCurrent(); draw(); });
}

function soon() {
  pending ??= requestAnimationFrame(() => {
    pending = null;
    draw();
  });
}

function draw() {
  const seen = new Set();
  const keep = (key, content, make) => {
    seen.add(key);
    const text = JSON.stringify(content);
    const old = rows.get(key);
    if (old?.text === text) return old.node;
    const node = make(old?.node);
    rows.set(key, { node, text });
    return node;
  };
  const texts = state.channels.filter((c) => c.kind === 'text');
  const direct = state.channels.filter((c) => c.kind === 'dm');
  sync(list, [
    ...section('Text channels', texts, keep),
    ...section('Direct messages', direct, keep),
  ]);
  for (const key of rows.keys()) if (!seen.has(key)) rows.delete(key);
}

function section(name, channels, keep) {
  if (!channels.length) return [];
  return [
    keep(`heading/${name}`, name, () => h('h3.channels-heading', {}, name)),
    ...channels.flatMap((c) => [row(c, keep), ...threads(c, keep)]),
  ];
}

/** threads are those of a channel: the archived ones folded, unless one of them is open. */
function threads(parent, keep) {
  const all = state.channels.filter((c) => c.kind === 'thread' && c.parent === parent.id);
  const archived = all.filter((c) => c.archived && c.id !== state.current);
  const out = all.filter((c) => !archived.includes(c)).map((c) => row(c, keep));
  if (!archived.length) return out;
  const is = unfolded.has(parent.id);
  const fold = keep(`fold/${parent.id}`, [archived.length, is], (old) => drawFold(parent.id, archived.length, is, old));
  return [...out, fold, ...(is ? archived.map((c) => row(c, keep)) : [])];
}

function drawFold(id, count, is, old) {
  const toggle = () => {
    if (!unfolded.delete(id)) unfolded.add(id);
    draw();
  };
  const node = old ?? h('button.channel.thread.fold', { type: 'button', tabindex: '-1', on: { click: toggle } });
  node.setAttribute('aria-expanded', String(is));
  return fill(node, h('span.fold-arrow', { 'aria-hidden': 'true' }, is ? '▾' : '▸'), `Archived threads (${count})`);
}

/** row is a channel; unread ones are bold, mentions counted. The one that is open is being read. */
function row(c, keep) {
  const current = c.id === state.current;
  const unread = !current && c.unread > 0;
  const mentions = current ? 0 : c.mentions;
  const about = [c.name, c.kind, c.archived, c.locked, current, unread, mentions, c.with];
  return keep(c.id, about, (old) => {
    const node = old ?? h('button.channel', { type: 'button', data: { channel: c.id }, on: { click: () => open(c.id) } });
    node.className = ['channel', c.kind, unread && 'unread', c.archived && 'archived'].filter(Boolean).join(' ');
    node.tabIndex = current ? 0 : -1;
    if (current) node.setAttribute('aria-current', 'page');
    else node.removeAttribute('aria-current');
    return fill(node,
      c.kind === 'dm' ? face(c.with ?? c) : h('span.channel-sign', { 'aria-hidden': 'true' }, c.kind === 'text' ? '#' : ''),
      h('span.channel-name', {}, c.name),
      unread ? h('span.sr-only', {}, ', unread') : null,
      mentions ? h('span.badge', {}, mentions > 99 ? '99+' : String(mentions), h('span.sr-only', {}, mentions === 1 ? ' mention' : ' mentions')) : null);
  });
}

function unfoldCurrent() {
  const c = channel(state.current);
  if (c?.kind === 'thread' && c.archived) unfolded.add(c.parent);
}

/** keys: arrows go from one channel to the next, Home and End to the first and last. */
function keys(event) {
  const all = [...list.querySelectorAll('button.channel')];
  const at = all.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (next === undefined || !all[next]) return;
  event.preventDefault();
  all[next].focus();
}
