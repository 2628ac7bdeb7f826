// The messages of the channel that is open.

import { Bar } from './bar.js';
import { nameOf } from './byline.js';
import { h, one } from './dom.js';
import { flags } from './flags.js';
import { Log, newer } from './log.js';
import { oneLine } from './markdown.js';
import { Pane } from './pane.js';
import { call } from './socket.js';
import { Start } from './start.js';
import { channel, open, state, watch } from './store.js';
import { keepTime } from './time.js';
import { mountTitle } from './title.js';
import { unanswered } from './unanswered.js';

const page = 50; // messages asked for at once
const largest = 100; // that the server gives at once
const patience = 20000; // milliseconds that a failure is shown under its message
const readEvery = 1000; // milliseconds between two reports of what was read

let pane = null;
let start = null;
let bar = null;
let logs = new Map(); // by channel
let shown = ''; // the channel that the pane shows
let me = '';
let pending = null; // the frame in which the pane is drawn anew
let reading = false;
let showing = null; // ends once the open channel's messages are there
let spoken = null; // says what comes in to those who listen
let away = false; // something came that the person did not see
let missed = 0; // messages that came while the person was elsewhere in the log
const dismissed = new Set(JSON.parse(sessionStorage.getItem('dismissed') ?? '[]'));

/** mountFeed draws the channel's name and its messages. */
export function mountFeed(title, feed) {
  mountTitle(title);
  keepTime();
  start = new Start();
  pane = new Pane(feed, start.node, { older, moved });
  spoken = h('div.sr-only', { 'aria-live': 'polite' });
  bar = new Bar(toPresent);
  feed.after(bar.node, spoken);
  feed.addEventListener('keydown', (event) => event.key === 'Escape' && toPresent());
  feed.addEventListener('jump', (event) => jump(event.detail));
  feed.addEventListener('dismiss', (event) => dismiss(event.detail));
  document.addEventListener('visibilitychange', report);
  watch('ready', ready);
  watch('current', (id) => { showing = show(id); });
  watch('channels', () => { start.show(shown); report(); soon(shown); });
  watch('people', () => pane.draw(true));
  watch('message', take);
  watch('delete', ({ channel: id, id: message }) => { logs.get(id)?.drop(message); soon(id); });
  watch('failed', failed);
}

/** ready: what is known may be old; somebody else's is none of theirs. */
function ready({ fresh }) {
  if (state.me?.id !== me) {
    logs = new Map();
    shown = '';
    pane.clear();
  }
  me = state.me?.id ?? '';
  if (fresh) for (const log of logs.values()) log.stale = true;
}

/** leave shows no channel, as there is none. */
function leave() {
  shown = '';
  pane.clear();
  moved();
}

/** show opens a channel: at once what is known of it, then what the server says. */
async function show(id) {
  if (!id) {
    leave();
    return;
  }
  if (!logs.has(id)) logs.set(id, new Log());
  const log = logs.get(id);
  const unread = channel(id)?.unread ?? 0;
  if (shown !== id) {
    shown = id;
    missed = 0;
    pane.clear();
    start.show(id);
    if (log.loaded) pane.show(log);
  }
  if (log.stale) await (log.asked ??= ask(id, log, unread).finally(() => { log.asked = null; }));
  if (shown !== id || logs.get(id) !== log) return; // elsewhere meanwhile, or somebody else
  if (pane.log !== log) pane.show(log);
  if (unread) pane.mark = log.firstUnread(unread);
  pane.draw();
  report();
}

/** ask gets the newest messages, as far back as the pane shows any. */
async function ask(id, log, unread) {
  const oldest = pane.log === log ? pane.top || log.messages[0]?.id : '';
  log.asking();
  try {
    let { messages, more } = await history(id, '', Math.min(largest, Math.max(page, unread + 5)));
    while (oldest && more && newer(messages[0].id, oldest)) {
      const before = await history(id, messages[0].id, largest);
      messages = [...before.messages, ...messages];
      more = before.more;
    }
    log.newest(kept({ messages, more }));
  } catch {
    log.unanswered(); // the connection says so; the next one asks again
  }
}

const history = (channel, before, limit) => call('history', { channel, before, limit });

/** kept leaves out what the person dismissed. */
const kept = ({ messages, more }) => ({ messages: messages.filter((m) => !dismissed.has(m.id)), more });

/** older loads the page before what is known, once at a time. */
function older() {
  const { log } = pane;
  if (!log?.loaded || !log.more) return Promise.resolve();
  log.loading ??= loadOlder(shown, log).finally(() => { log.loading = null; });
  return log.loading;
}

async function loadOlder(id, log) {
  const first = log.messages[0]?.id ?? '';
  const answer = await history(id, first, page).catch(() => null);
  if (!answer || log.messages[0]?.id !== first) return; // asked for anew meanwhile
  log.older(kept(answer));
  if (pane.log !== log) return;
  pane.draw();
  pane.look();
}

function take(message) {
  if (dismissed.has(message.id)) return;
  const log = logs.get(message.channel_id);
  if (!log) return;
  const known = log.has(message.id);
  log.put(message);
  if (message.channel_id !== shown) return;
  pane.failures.delete(message.id);
  if (!known && !message.mine) arrived(message);
  soon(shown);
}

function toPresent() {
  missed = 0;
  if (pane.log) pane.toPresent();
}

/** arrived: a message that nobody sees yet is the first new one, unless there is one. */
function arrived(message) {
  if (!pane.stuck) missed++;
  // Its edits are not read out: a log that grows by the second would never end.
  spoken.textContent = `${nameOf(message.author)}: ${oneLine(message.content).slice(0, 200)}`;
  if (present() || away || message.flags & flags.ephemeral) return;
  away = true;
  pane.mark = message.id;
}

/** soon draws the pane in the next frame: many edits are one. */
function soon(id) {
  if (id !== shown) return;
  pending ??= requestAnimationFrame(() => {
    pending = null;
    pane.draw();
  });
}

/** moved: the person went elsewhere in the log. */
function moved() {
  if (pane.stuck) missed = 0;
  bar.show(!pane.stuck && pane.log !== null, missed);
  report();
}

/** present reports whether the person sees the newest messages. */
const present = () => pane.log !== null && pane.stuck && document.visibilityState === 'visible';

/** report tells the server that all is read, if the end is in sight. */
async function report() {
  if (!present()) return;
  away = false;
  const c = channel(shown);
  if (reading || !c || !(c.unread || c.mentions)) return;
  reading = true;
  await call('read', { channel: c.id }).catch(() => {});
  setTimeout(() => { reading = false; report(); }, readEvery);
}

/** jump goes to a message, of another channel too; without a message, to the channel. */
async function jump({ channel: place, message: id }) {
  open(place);
  await showing;
  const { log } = pane;
  if (shown !== place || !log || !id) return;
  for (let i = 0; i < 40 && log.more && !log.has(id); i++) await older();
  if (pane.log === log && log.has(id)) pane.around(id);
}

function dismiss(id) {
  dismissed.add(id);
  sessionStorage.setItem('dismissed', JSON.stringify([...dismissed].slice(-200)));
  pane.log?.drop(id);
  pane.draw();
  one('#feed').focus({ preventScroll: true });
}

/** failed shows what came to nothing: a command as its answer, a press under its message. */
function failed(what) {
  const { channel: id, command, message, text } = what;
  if (command) logs.get(id)?.put(unanswered(what));
  else if (id === shown) failUnder(message, text);
  soon(id);
}

/** failUnder says under a message what became of a press on it, for a while. */
function failUnder(message, text) {
  const { failures } = pane;
  failures.set(message, text);
  setTimeout(() => {
    if (failures.delete(message)) soon(shown);
  }, patience);
}
