// Mentions in a message: "@ad" offers people and roles, "#op" channels. A name in the
// box is sent as Discord writes it, by id.

import { pickable } from './pickable.js';
import { best } from './rank.js';
import { state } from './store.js';

const wanted = /(?:^|\s)([@#])([^\s@#]{0,32})$/;

/**
 * mentionItems are the names that fit what is being typed before the caret.
 *
 * @param {string} before the text up to the caret
 * @returns {{from: number, to: number, items: import('./list.js').Item[]}|null} where the name stands, and what fits
 */
export function mentionItems(before) {
  const found = wanted.exec(before);
  if (!found) return null;
  const [, mark, typed] = found;
  const items = best(typed, named(mark), (item) => [item.title.replace(/^@/, '')]).slice(0, 10);
  return items.length ? { from: before.length - typed.length - 1, to: before.length, items } : null;
}

const named = (mark) => pickable(mark === '#' ? 'channel' : 'mentionable').filter((item) => item.value !== state.guild?.id);

/** withIds is a text as it is sent: names outside of code become mentions by id. */
export function withIds(text) {
  const parts = text.split(/(```[^]*?```|`[^`\n]*`)/);
  return parts.map((part, i) => (i % 2 ? part : replaced(part))).join('');
}

function replaced(text) {
  const all = [
    ...pickable('user').map((i) => [i.as, `<@${i.value}>`]),
    ...named('@').filter((i) => state.roles.some((r) => r.id === i.value)).map((i) => [i.as, `<@&${i.value}>`]),
    ...pickable('channel').map((i) => [i.as, `<#${i.value}>`]),
  ].sort((a, b) => b[0].length - a[0].length); // "@ada b" before "@ada"
  let out = '';
  for (let at = 0; at < text.length;) {
    const name = /[@#]/.test(text[at]) && !/\w/.test(text[at - 1] ?? '') && all.find(([as]) => isName(text, at, as));
    out += name ? name[1] : text[at];
    at += name ? name[0].length : 1;
  }
  return out;
}

/** isName reports whether a name stands at a place of a text, as a whole word. */
const isName = (text, at, name) => text.startsWith(name, at) && !/[\w-]/.test(text[at + name.length] ?? '');
