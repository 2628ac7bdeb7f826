// The commands that can be used in a channel, and finding one by what is typed.

import { face } from './faces.js';
import { best } from './rank.js';
import { call } from './socket.js';
import { person, state, watch } from './store.js';

let offered = [];
let asked = 0; // the newest question; older answers are late

/** mountCommands keeps the commands of the open channel. */
export function mountCommands(changed) {
  const ask = async () => {
    const turn = ++asked;
    if (!state.current || !state.connected) return;
    const answer = await call('commands', { channel: state.current }).catch(() => null);
    if (turn !== asked || !answer) return;
    offered = (answer.commands ?? []).map((c) => ({ ...c, options: c.options ?? [] }));
    changed();
  };
  for (const topic of ['current', 'ready', 'commands']) watch(topic, ask);
}

/** commandNamed is the command with exactly that name, or undefined. */
export const commandNamed = (name) => offered.find((c) => nameOf(c) === name || c.name === name);

/** nameOf is the name that is shown and typed: in the person's language. */
export const nameOf = (command) => command.label || command.name;

/**
 * commandItems are the commands that fit "/clou", as items of a list.
 *
 * @param {string} typed
 */
export function commandItems(typed) {
  const wanted = typed.replace(/^\//, '');
  const fits = best(wanted, offered, (c) => [nameOf(c), c.name]);
  // Applications keep the order in which they come; within one, the best first.
  const apps = [...new Set(fits.map((c) => c.app?.id))];
  return apps.flatMap((id) => fits.filter((c) => c.app?.id === id)).map(commandItem);
}

function commandItem(command) {
  const app = command.app ?? { name: '' };
  return {
    value: `${app.id}/${command.name}`, title: `/${nameOf(command)}`, detail: command.description, side: app.name,
    group: app.name, groupIcon: () => face(person(app.id) ?? app), data: { command: command.name }, command,
  };
}

/**
 * typedCommand is the command that a line begins with, and what follows it. A
 * command counts once something follows its name: a space at least.
 *
 * @param {string} line
 * @returns {{command: object, rest: string}|null}
 */
export function typedCommand(line) {
  if (!line.startsWith('/')) return null;
  const fits = offered.filter((c) => /^\s/.test(line.slice(nameOf(c).length + 1)) && line.startsWith(`/${nameOf(c)}`));
  if (!fits.length) return null;
  const command = fits.reduce((a, b) => (nameOf(b).length > nameOf(a).length ? b : a));
  return { command, rest: line.slice(nameOf(command).length + 2) };
}
