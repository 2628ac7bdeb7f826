// What this window knows: who it is, and what that person sees. Whoever changes
// something here says so with `changed`; whoever draws it listens with `watch`.

/** state is the last `ready`, and what the pushes made of it. */
export const state = {
  me: null, people: [], guild: null, guilds: [], channels: [], roles: [], members: [],
  faults: [], faultsOn: [], canReset: false, tour: [], title: '', version: '', warning: '',
  current: '', // id of the channel that is open
  connected: false,
};

const watchers = new Map();

/**
 * watch calls listener when a topic changes: "ready" (another person or server),
 * "channels", "current" (another channel is open, or none), "people" (members, roles),
 * "message" (detail: the message), "delete", "modal", "failed", "commands",
 * "traffic", "connected", "closing" (detail: why the server ends), "done" (something the
 * person did, for the tour).
 */
export function watch(topic, listener) {
  if (!watchers.has(topic)) watchers.set(topic, new Set());
  watchers.get(topic).add(listener);
  return () => watchers.get(topic).delete(listener);
}

/** changed tells those who watch a topic. */
export function changed(topic, detail) {
  for (const listener of watchers.get(topic) ?? []) listener(detail);
}

export const channel = (id) => state.channels.find((c) => c.id === id);
export const person = (id) => state.members.find((p) => p.id === id) ?? state.people.find((p) => p.id === id);
export const role = (id) => state.roles.find((r) => r.id === id);

/** open shows a channel; a reload of the window comes back to it. */
export function open(id) {
  if (state.current === id || !channel(id)) return;
  state.current = id;
  sessionStorage.setItem('channel', id);
  changed('current', id);
}

/** openAny shows a text channel, else any that there is, else none. */
export function openAny() {
  const next = state.channels.find((c) => c.kind === 'text') ?? state.channels[0];
  state.current = '';
  if (next) open(next.id);
  else changed('current', '');
}

/** putChannel takes a channel that is new or changed. */
export function putChannel(c) {
  const at = state.channels.findIndex((x) => x.id === c.id);
  if (at < 0) state.channels.push(c);
  else state.channels[at] = { ...state.channels[at], ...c };
  changed('channels');
}

/** dropChannel forgets a channel that is gone. */
export function dropChannel(id) {
  state.channels = state.channels.filter((c) => c.id !== id);
  changed('channels');
  if (state.current === id) openAny();
}
