// The small pictures beside names in lists: people, roles, channels, emoji.

import { h } from './dom.js';

/**
 * face is the round picture of a person or an application: its initials on its colour.
 *
 * @param {{name: string, color?: string, initials?: string}} who
 */
export function face(who) {
  const letters = who.initials || who.name.slice(0, 1).toUpperCase();
  return h('span.face', { 'aria-hidden': 'true', style: { 'background-color': who.color || 'var(--brand)' } }, letters);
}

/** sign is a picture made of a letter: # of a channel, @ of a role in its colour. */
export function sign(letter, color) {
  return h('span.sign', { 'aria-hidden': 'true', style: color ? { color } : {} }, letter);
}

/** emojiOf is an option's emoji; those that a server made itself are shown by name. */
export function emojiOf(emoji) {
  if (!emoji?.name) return null;
  return h('span.emoji', { 'aria-hidden': 'true' }, emoji.id ? `:${emoji.name}:` : emoji.name);
}
