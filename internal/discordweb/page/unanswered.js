// A command that the application did not respond to stands in the channel as a
// message that only this window has.

import { flags } from './flags.js';
import { state } from './store.js';

const command = 20; // the type of a message that answers a command

/**
 * unanswered is that message.
 *
 * @param {{id: string, channel: string, command: string, app: {id: string, name: string}, text: string}} what the push
 */
export const unanswered = ({ id, channel, command: name, app, text }) => ({
  id, channel_id: channel, type: command, flags: flags.ephemeral, failed: text,
  author: { id: app.id, username: app.name, bot: true }, content: '', timestamp: new Date().toISOString(),
  interaction_metadata: { name, user: { id: state.me.id, username: state.me.name } },
});
