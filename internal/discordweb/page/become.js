// Who this window is: kept over a reload, and another one in each window.

import { one } from './dom.js';
import { call } from './socket.js';
import { changed, channel, open, state } from './store.js';

/** asWho is the person of this window: whom the address names, else who it was last. */
const asWho = () => new URLSearchParams(location.hash.slice(1)).get('as') || sessionStorage.getItem('as') || '';

/**
 * become makes this window another person's.
 *
 * @param {string} who the person's id or name; empty: the first there is
 */
export async function become(who) {
  const ready = await call('hello', { as: who });
  sessionStorage.setItem('as', ready.me.id);
  sessionStorage.setItem('name', ready.me.name);
  history.replaceState(null, '', `#as=${ready.me.id}`);
  takeReady(ready, true);
}

/** comeBack says hello as who this window was. After a reset people have other ids, and the same names. */
export async function comeBack() {
  for (const who of [asWho(), sessionStorage.getItem('name') ?? '', '']) {
    try {
      return await become(who);
    } catch (error) {
      if (error.code === 'closed') return undefined; // the next connection says hello again
    }
  }
  return undefined;
}

/** takeReady takes over what the server says there is; `fresh`: for somebody else than before. */
export function takeReady(ready, fresh) {
  Object.assign(state, ready);
  document.title = [ready.guild?.name, ready.title].filter(Boolean).join(' · ');
  one('#app').hidden = false;
  changed('ready', { fresh });
  changed('people');
  changed('channels');
  const kept = sessionStorage.getItem('channel') ?? '';
  if (!channel(state.current)) state.current = '';
  if (fresh || !state.current) {
    const next = channel(state.current) ?? channel(kept) ?? state.channels.find((c) => c.kind === 'text');
    state.current = '';
    if (next) open(next.id);
  }
}
