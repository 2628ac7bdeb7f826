// How much of its rate limits each bot has left.

import { fill, h } from './dom.js';
import { call } from './socket.js';

const every = 1000; // milliseconds between two looks

/** mountLimits draws into node, anew each second while it is seen. */
export function mountLimits(node) {
  const list = h('div.limits');
  fill(node, h('p.panel-note', {}, 'Discord lets a bot do so much in a while, for each route and in all. Past that it answers 429, and the bot has to wait. A limit is here until it is full again.'), list);
  let timer = 0;
  let turn = 0; // a look of an earlier turn, whose answer came late, is none any more
  const look = async (mine) => {
    const ok = await call('limits').catch(() => null);
    if (mine !== turn) return;
    if (ok) draw(list, ok);
    timer = setTimeout(look, every, mine);
  };
  const stop = () => {
    clearTimeout(timer);
    turn++;
  };
  return {
    see() {
      stop();
      look(turn);
    },
    leave: stop,
  };
}

function draw(list, { buckets = [], global = [] }) {
  const all = [...(global ?? []).map((b) => ({ ...b, route: b.route || 'All routes together' })), ...(buckets ?? [])];
  if (all.length === 0) {
    fill(list, h('p.panel-empty', {}, 'Every limit is full.'));
    return;
  }
  fill(list, all.map(bar));
}

function bar({ app, route, limit, left, reset_ms: reset }) {
  const used = Math.max(0, limit - left);
  const full = limit > 0 ? used / limit : 0;
  const when = reset > 0 ? `full again in ${(reset / 1000).toFixed(1)} s` : 'full';
  return h('div.limit', {},
    h('div.limit-head', {}, h('span.limit-route', {}, route), h('span.limit-left', {}, `${left} of ${limit} left`)),
    h('div.limit-bar', { role: 'img', 'aria-label': `${route}: ${left} of ${limit} left, ${when}` },
      h('div.limit-used', { class: full >= 1 ? 'is-bad' : full > 0.6 ? 'is-odd' : 'is-good', style: { width: `${Math.min(100, full * 100)}%` } })),
    h('div.limit-foot', {}, app ? `${app} · ${when}` : when));
}
