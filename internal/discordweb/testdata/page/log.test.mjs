// What the page keeps of a channel. Run with `node --test`.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Log, newer } from '../../page/log.js';

const message = (id, more = {}) => ({ id: String(id), flags: 0, mine: false, content: `text of ${id}`, ...more });
const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
const ids = (log) => log.messages.map((m) => Number(m.id)).join(' ');

/** loaded is a log that has the messages of a page. */
function loaded(from, to, more = true) {
  const log = new Log();
  log.newest({ messages: range(from, to), more });
  return log;
}

test('ids are compared as the numbers they are', () => {
  assert.ok(newer('10', '9'));
  assert.ok(!newer('9', '10'));
  assert.ok(!newer('9', '9'));
});

test('what is new goes to the end, what is edited to its place', () => {
  const log = loaded(8, 10);
  assert.ok(log.put(message(11)));
  assert.ok(log.put(message(9, { content: 'edited' })));
  assert.equal(ids(log), '8 9 10 11');
  assert.equal(log.messages[1].content, 'edited');
});

test('an edit of what is older than all that is known waits for its page', () => {
  const log = loaded(8, 10);
  assert.equal(log.put(message(3)), false);
  assert.equal(ids(log), '8 9 10');
});

test('older pages join', () => {
  const log = loaded(8, 10);
  log.older({ messages: range(5, 7), more: false });
  assert.equal(ids(log), '5 6 7 8 9 10');
  assert.equal(log.more, false);
  log.drop('6');
  assert.equal(ids(log), '5 7 8 9 10');
});

test('the newest, asked for anew, are all there is', () => {
  const log = loaded(1, 10, false);
  log.newest({ messages: [message(7), message(9)], more: true });
  assert.equal(ids(log), '7 9');
  assert.equal(log.more, true);
  log.newest({ messages: [], more: false });
  assert.equal(ids(log), '');
});

test('what is pushed while the newest are asked for counts more than the answer', () => {
  const log = loaded(1, 3, false);
  log.asking();
  log.put(message(3, { content: 'edited' }));
  log.put(message(4));
  log.drop('2');
  log.newest({ messages: range(1, 3), more: false });
  assert.equal(ids(log), '1 3 4');
  assert.equal(log.messages[1].content, 'edited');
});

test('the first unread message is counted from the end, without one\'s own and those for oneself', () => {
  const log = new Log();
  log.newest({ messages: [message(1), message(2), message(3, { mine: true }), message(4, { flags: 64 }), message(5)], more: false });
  assert.equal(log.firstUnread(1), '5');
  assert.equal(log.firstUnread(2), '2');
  assert.equal(log.firstUnread(4), '');
  assert.equal(log.firstUnread(0), '');
});

test('what only this window has stays when the newest are asked for anew', () => {
  const log = loaded(1, 3, false);
  log.put(message(4, { failed: 'The application did not respond' }));
  log.newest({ messages: [...range(1, 3), message(5)], more: false });
  assert.equal(ids(log), '1 2 3 4 5');
  log.newest({ messages: range(5, 6), more: true });
  assert.equal(ids(log), '5 6'); // older than all that is known
});

test('what was pushed before an answer that never came counts no more', () => {
  const log = loaded(1, 3, false);
  log.asking();
  log.put(message(3, { content: 'edited once' }));
  log.unanswered();
  log.asking();
  log.newest({ messages: [message(3, { content: 'edited twice' })], more: false });
  assert.equal(log.messages[0].content, 'edited twice');
  assert.equal(log.stale, false);
});
