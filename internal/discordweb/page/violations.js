// What the bot sent that Discord would refuse as malformed.

import { fill, h } from './dom.js';
import { hear } from './hear.js';
import { json } from './json.js';
import { call } from './socket.js';
import { watch } from './store.js';

/** mountViolations draws into node, anew with everything that is said while it is seen. */
export function mountViolations(node) {
  const list = h('div.violations');
  fill(node, h('p.panel-note', {}, 'Requests that Discord would refuse because they are malformed, and why. A bot that is right has none.'), list);
  let seen = false;
  let known = null; // the list as it is drawn
  let busy = false;
  let more = false; // something was said since it was asked for
  const look = async () => {
    more = busy;
    if (busy) return;
    busy = true;
    const answer = await call('violations').catch(() => null);
    busy = false;
    if (answer) draw(answer.violations);
    if (more) look();
  };
  const draw = (found) => {
    const now = JSON.stringify(found);
    if (now === known) return; // an entry that is open stays open
    known = now;
    fill(list, found.length ? found.map(violation) : h('p.panel-empty', {}, 'None. Every request was well-formed.'));
  };
  watch('traffic', () => seen && look());
  return {
    see() {
      seen = true;
      known = null;
      hear(true);
      look();
    },
    leave() {
      seen = false;
      hear(false);
    },
  };
}

function violation(v) {
  return h('details.entry', {},
    h('summary', {}, h('span.entry-title', {}, `${v.method} ${v.path}`)),
    h('div.entry-bodies', {}, h('p.entry-error', {}, v.message), v.body && json(v.body)));
}
