// The options of a command: what they offer, and what a typed value means. What is
// wrong is said in the words of Discord's client.

import { pickable } from './pickable.js';
import { best } from './rank.js';

const picked = ['user', 'role', 'channel', 'mentionable'];
const booleans = [{ value: 'true', title: 'True' }, { value: 'false', title: 'False' }];

/** offers reports whether an option shows a list of values. */
export const offers = (option) => option.autocomplete || option.choices?.length > 0 || option.type === 'boolean' || picked.includes(option.type);

/**
 * suggestions are the values that fit what is typed, without those that only the
 * application knows.
 *
 * @param {object} option
 * @param {string} typed
 * @returns {import('./list.js').Item[]}
 */
export function suggestions(option, typed) {
  return best(bare(option, typed), all(option), (item) => [item.title, item.detail, String(item.sent ?? '')]);
}

function all(option) {
  if (option.choices?.length) return option.choices.map(choiceItem);
  if (option.type === 'boolean') return booleans;
  return picked.includes(option.type) ? pickable(option.type, { channelTypes: option.channelTypes ?? [] }) : [];
}

/** choiceItem is the item of a choice: its name is shown, its value is sent. */
export const choiceItem = (choice) => ({ value: String(choice.value), title: choice.name, sent: choice.value });

/** bare is a typed name without the mark before it. */
const bare = (option, typed) => (picked.includes(option.type) ? typed.trim().replace(/^[@#]/, '') : typed);

/**
 * read says what the value of an option is.
 *
 * @param {object} option
 * @param {string} text what is written in it
 * @param {object|null} item the item that was chosen, where the text comes from one
 * @returns {{value?: *, error?: string}} one of them
 */
export function read(option, text, item) {
  if (item) return { value: item.sent ?? (option.type === 'boolean' ? item.value === 'true' : item.value) };
  if (option.choices?.length) return exact(option, text, 'Select one of the choices.');
  switch (option.type) {
    case 'integer':
      return numberOf(option, text, /^[+-]?\d+$/, 'Enter a valid whole number.');
    case 'number':
      return numberOf(option, text, /^[+-]?(\d+\.?\d*|\.\d+)$/, 'Enter a valid number.');
    case 'string':
      return textOf(option, text);
  }
  return exact(option, text, missing[option.type]);
}

const missing = {
  boolean: 'Select True or False.', user: 'Select a user of this server.', role: 'Select a role of this server.',
  channel: 'Select a channel of this server.', mentionable: 'Select a user or a role of this server.',
};

/** exact finds the item that is named in full, or by its value or mention. */
function exact(option, text, error) {
  const wanted = bare(option, text).trim().toLowerCase();
  const id = /^<[@#][!&]?(\d+)>$/.exec(text.trim())?.[1];
  const item = all(option).find((i) => [i.title, i.value].some((name) => name.replace(/^@/, '').toLowerCase() === wanted) || i.value === id);
  return item ? read(option, text, item) : { error };
}

function numberOf(option, text, form, error) {
  const value = Number(text.trim());
  if (!form.test(text.trim()) || !Number.isFinite(value)) return { error };
  const wrong = range('Value must be', value, option.min, option.max, '');
  return wrong ? { error: wrong } : { value };
}

function textOf(option, text) {
  const value = text.trim();
  const wrong = range('Value must have', [...value].length, option.minLength, option.maxLength, ' characters');
  return wrong ? { error: wrong } : { value };
}

/** range says which numbers are right, where this one is not. */
function range(must, n, min, max, unit) {
  const low = min ?? -Infinity;
  const high = max ?? Infinity;
  if (n >= low && n <= high) return '';
  if (low === -Infinity) return `${must} at most ${high}${unit}.`;
  if (high === Infinity) return `${must} at least ${low}${unit}.`;
  return `${must} between ${low} and ${high}${unit}.`;
}

/** shown is what stands in the box of an option once an item was chosen. */
export const shown = (item) => item.as ?? item.title;
