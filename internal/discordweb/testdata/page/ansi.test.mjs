// The colours of ansi blocks, times and readable colours. Run with `node --test`.

import assert from 'node:assert/strict';
import test from 'node:test';
import { ansi, classes } from '../../page/ansi.js';
import { contrast, hex, readable } from '../../page/colour.js';
import { relative } from '../../page/time.js';

const short = (text) => ansi(text).map((part) => `${classes(part)}(${part.text})`).join('');

const cases = {
  'no colours': ['a', '(a)'],
  'a colour until it ends': ['\x1b[32ma\x1b[0m b', 'ansi-green(a)( b)'],
  'bold and underlined': ['\x1b[1;4;31ma\x1b[22mb\x1b[24mc', 'ansi-red ansi-bold ansi-underline(a)ansi-red ansi-underline(b)ansi-red(c)'],
  'behind the text': ['\x1b[41ma\x1b[49mb', 'behind-red(a)(b)'],
  'bright colours': ['\x1b[91ma', 'ansi-red(a)'],
  'an empty sequence ends all': ['\x1b[31ma\x1b[mb', 'ansi-red(a)(b)'],
  'other sequences leave no trace': ['\x1b[2Ja\x1b[1;1Hb\x1bc', '(a)(bc)'],
};

for (const [name, [text, want]] of Object.entries(cases)) {
  test(name, () => assert.equal(short(text), want));
}

test('colours read on both surfaces', () => {
  for (const colour of ['#000001', '#ffffff', '#ffff00', '#5865f2', '#808080', '#ff0000']) {
    for (const surface of ['#2b2d31', '#f2f3f5']) assert.ok(contrast(readable(colour, surface), surface) >= 4.5, `${colour} on ${surface}`);
  }
});

test('a colour is a number or a text', () => {
  assert.deepEqual([hex(0x57f287), hex(255), hex(0), hex(''), hex('#abcdef'), hex('red; x'), hex(undefined)], ['#57f287', '#0000ff', '', '', '#abcdef', '', '']);
});

test('how far off a time is', () => {
  const at = (seconds) => relative(seconds * 1000, 0);
  assert.deepEqual([at(0), at(-5), at(65), at(-3600), at(86400 * 2), at(-86400 * 400)],
    ['in 0 seconds', '5 seconds ago', 'in 1 minute', '1 hour ago', 'in 2 days', '1 year ago']);
});
