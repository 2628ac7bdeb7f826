// Puts the page together: the connection feeds the store, and each part of the
// page draws what it watches.

import { one } from './dom.js';
import { call, connect, on } from './socket.js';
import { changed, channel, dropChannel, open, putChannel, state } from './store.js';
import { mountChannels } from './channels.js';
import { mountFeed } from './feed.js';
import { mountComposer } from './composer.js';
import { openModal } from './modal.js';
import { mountMe } from './me.js';
import { mountPanel } from './panel.js';
import { mountTour } from './tour.js';
import { applyTheme } from './theme.js';

/** asWho is the person of this window: kept over a reload, another one in each window. */
const asWho = () => new URLSearchParams(location.hash.slice(1)).get('as') || sessionStorage.getItem('as') || '';

/** become makes this window another person's. */
export async function become(who) {
  const ready = await call('hello', { as: who });
  sessionStorage.setItem('as', ready.me.id);
  takeReady(ready, true);
}

/** takeReady takes over what the server says there is. */
function takeReady(ready, fresh) {
  Object.assign(state, ready);
  document.title = `${ready.guild?.name ?? ''} · ${ready.title}`;
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

function listen() {
  on('open', async () => {
    state.connected = true;
    changed('connected');
    await become(asWho()).catch(() => become(''));
  });
  on('lost', () => {
    state.connected = false;
    changed('connected');
  });
  on('message', ({ message }) => changed('message', message));
  on('delete', (gone) => changed('delete', gone));
  on('channel', ({ channel: c }) => putChannel(c));
  on('channel-gone', ({ id }) => dropChannel(id));
  on('modal', ({ modal }) => openModal(modal));
  on('failed', (what) => changed('failed', what));
  on('world', ({ ready }) => takeReady(ready, false));
  on('commands', () => changed('commands'));
  on('traffic', ({ entries }) => changed('traffic', entries));
  on('reset', () => location.reload());
}

applyTheme();
mountChannels(one('#guild'), one('#channels'));
mountFeed(one('#title'), one('#feed'));
mountComposer(one('#composer'));
mountMe(one('#me'));
mountPanel(one('#panel'));
mountTour(one('#tour'));
listen();
connect();
