// Who this window is: kept over a reload, and another one in each window.

import { one } from './dom.js';
import { Refused, call } from './socket.js';
import { changed, channel, open, openAny, state } from './store.js';
import { showBanner } from './toast.js';

const patience = 3000; // milliseconds until it is asked again whether there is somebody to be

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

let again = 0; // timer of the next attempt where there is nobody to be

/** comeBack says hello as who this window was. After a reset people have other ids, and the same names. */
export async function comeBack() {
  clearTimeout(again);
  let problem = null;
  for (const who of [asWho(), sessionStorage.getItem('name') ?? '', '']) {
    try {
      return await become(who);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code === 'closed') return undefined; // the next connection says hello again
      problem = error;
    }
  }
  showBanner(problem.message); // until there is a `ready`
  again = setTimeout(comeBack, patience);
  return undefined;
}

/** takeReady takes over what the server says there is; `fresh`: after a hello, before which anything may have happened. */
export function takeReady(ready, fresh) {
  Object.assign(state, ready);
  document.title = [ready.guild?.name, ready.title].filter(Boolean).join(' · ');
  one('#app').hidden = false;
  changed('ready', { fresh });
  changed('people');
  changed('channels');
  const here = channel(state.current);
  if (here && !fresh) return;
  const next = here ?? channel(sessionStorage.getItem('channel'));
  state.current = '';
  if (next) open(next.id);
  else openAny();
}
