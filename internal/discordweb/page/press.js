// Pressing a component of a message.

import { call } from './socket.js';
import { changed } from './store.js';

/**
 * press presses a button, or chooses values in a menu, as it was rendered. Where
 * the application did not answer the server says so by itself; what else failed
 * is said here.
 */
export async function press(message, component, values) {
  const args = { channel: message.channel_id, message: message.id, component };
  try {
    await call('press', values ? { ...args, values } : args);
  } catch (problem) {
    if (problem.code === 'failed') return;
    changed('failed', { channel: message.channel_id, message: message.id, text: problem.message });
  }
}
