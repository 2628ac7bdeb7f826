// Puts the page together: the connection feeds the store, and each part of the
// page draws what it watches.

import { one } from './dom.js';
import { comeBack, takeReady } from './become.js';
import { connect, on } from './socket.js';
import { changed, dropChannel, putChannel, state } from './store.js';
import { mountChannels } from './channels.js';
import { mountFeed } from './feed.js';
import { mountComposer } from './composer.js';
import { openModal } from './modal.js';
import { mountMe } from './me.js';
import { mountPanel } from './panel.js';
import { mountTour } from './tour.js';
import { applyTheme } from './theme.js';
import { mountStatus } from './toast.js';

function listen() {
  on('open', async () => {
    state.connected = true;
    changed('connected');
    await comeBack();
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
  on('closing', ({ text }) => changed('closing', text));
  on('commands', () => changed('commands'));
  on('called', (what) => changed('done', what));
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
mountStatus(one('#status'));
listen();
connect();
