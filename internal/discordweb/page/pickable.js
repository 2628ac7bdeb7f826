// What can be picked: people, roles and channels of the server, or a select's own
// options, all as items of a list (see list.js).

import { hex } from './colour.js';
import { emojiOf, face, sign } from './faces.js';
import { state } from './store.js';

/** kinds are what the menus of messages and forms offer, by Discord's numbers for components. */
export const kinds = { 3: 'string', 5: 'user', 6: 'role', 7: 'mentionable', 8: 'channel' };

/** preset are the values that a menu comes with. */
export const preset = (menu) => [
  ...(menu.options ?? []).filter((o) => o.default).map((o) => o.value),
  ...(menu.default_values ?? []).map((d) => d.id),
];

/** channelKinds are the kinds of channels by Discord's numbers. */
const channelKinds = { 0: 'text', 1: 'dm', 10: 'thread', 11: 'thread', 12: 'thread' };

/**
 * pickable lists what a select or an option of a kind offers.
 *
 * @param {'string'|'user'|'role'|'channel'|'mentionable'} kind
 * @param {object} [from]
 * @param {object[]} [from.options] of the kind string: {label, value, description, emoji}
 * @param {Array<number|string>} [from.channelTypes] Discord's numbers or our names; none: all
 * @returns {Array<{value: string, title: string, detail: string, icon: function(): Node}>}
 */
export function pickable(kind, { options = [], channelTypes = [] } = {}) {
  switch (kind) {
    case 'user':
      return people();
    case 'role':
      return roles();
    case 'mentionable':
      return [...people(), ...roles()];
    case 'channel':
      return channels(channelTypes);
  }
  return options.map((o) => ({
    value: o.value, title: o.label, detail: o.description ?? '', icon: o.emoji?.name ? () => emojiOf(o.emoji) : null,
  }));
}

const people = () => state.members.map((p) => ({
  value: p.id, title: p.name, as: `@${p.name}`, detail: p.bot ? 'App' : p.note ?? '', icon: () => face(p),
}));

const roles = () => state.roles.map((r) => ({
  value: r.id, title: `@${bare(r.name)}`, as: `@${bare(r.name)}`, detail: 'Role', icon: () => sign('@', hex(r.color)),
}));

const bare = (name) => name.replace(/^@/, '');

function channels(types) {
  const wanted = types.map((t) => channelKinds[t] ?? t);
  return state.channels
    .filter((c) => c.kind !== 'dm' && (!wanted.length || wanted.includes(c.kind)))
    .map((c) => ({ value: c.id, title: c.name, as: `#${c.name}`, detail: parentName(c), icon: () => sign('#') }));
}

const parentName = (c) => (c.parent ? `in #${state.channels.find((x) => x.id === c.parent)?.name ?? ''}` : '');
