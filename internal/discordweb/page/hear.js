// Whether this window is told what goes between bot and Discord.

import { call } from './socket.js';

let before = Promise.resolve();

/**
 * hear asks to be told, or to be told no more, and returns the last entries. Calls run
 * at once, and may pass each other: so each waits for the one before.
 *
 * @param {boolean} on
 * @returns {Promise<object[]>} none where there is no connection: `ready` comes again
 */
export function hear(on) {
  before = before.then(() => call('traffic', { on })).then((ok) => ok.entries ?? [], () => []);
  return before;
}
