// What is typed into the box: what fits it, and what it means. Run with `node --test`.

import assert from 'node:assert/strict';
import test from 'node:test';
import { mentionItems, withIds } from '../../page/mentions.js';
import { read, suggestions } from '../../page/options.js';
import { best, grade } from '../../page/rank.js';
import { state } from '../../page/store.js';

state.guild = { id: '1', name: 'Acme' };
state.members = [{ id: '10', name: 'ada', roles: [] }, { id: '11', name: 'ada b', roles: [] }, { id: '12', name: 'Cloud Engine', bot: true, roles: [] }];
state.roles = [{ id: '1', name: '@everyone' }, { id: '20', name: 'approvers' }];
state.channels = [{ id: '30', name: 'ops', kind: 'text' }, { id: '31', name: 'Deploy dev-main', kind: 'thread', parent: '30' }];

test('the best fit comes first, equals in their order', () => {
  assert.deepEqual(['cloud', 'CLOUD', 'deploy', 'oud', 'cdp', 'x'].map((typed) => grade(typed, 'cloud-deploy')), [4, 4, 3, 2, 1, -1]);
  assert.deepEqual(best('de', ['undefined', 'cloud-deploy', 'destroy', 'deploy', 'list'], (name) => [name]), ['destroy', 'deploy', 'cloud-deploy', 'undefined']);
});

test('names become mentions, as whole words, and not in code', () => {
  for (const [typed, sent] of Object.entries({
    '@ada, look': '<@10>, look',
    '@ada b and @ada': '<@11> and <@10>',
    '@adam': '@adam',
    'mail@ada': 'mail@ada',
    '@approvers in #ops': '<@&20> in <#30>',
    '#Deploy dev-main is done': '<#31> is done',
    '`@ada` and ```\n#ops\n```': '`@ada` and ```\n#ops\n```',
    '@everyone': '@everyone',
  })) assert.equal(withIds(typed), sent);
});

test('a name that is being typed is offered where it stands', () => {
  assert.equal(mentionItems('mail@ad'), null);
  assert.equal(mentionItems('@nobody'), null);
  const { from, to, items } = mentionItems('hello @ad');
  assert.deepEqual([from, to, items.map((i) => i.title)], [6, 9, ['ada', 'ada b']]);
});

test('an option says what its value is, or what is wrong with it', () => {
  for (const [option, text, want] of [
    [{ type: 'integer', min: 1, max: 5 }, ' 3 ', { value: 3 }],
    [{ type: 'integer', min: 1, max: 5 }, '9', { error: 'Value must be between 1 and 5.' }],
    [{ type: 'integer' }, '1.5', { error: 'Enter a valid whole number.' }],
    [{ type: 'number', max: 2 }, '-.5', { value: -0.5 }],
    [{ type: 'number', max: 2 }, '3', { error: 'Value must be at most 2.' }],
    [{ type: 'number' }, '1e3', { error: 'Enter a valid number.' }],
    [{ type: 'string', minLength: 3 }, '🙂🙂', { error: 'Value must have at least 3 characters.' }],
    [{ type: 'string', maxLength: 2 }, '🙂🙂', { value: '🙂🙂' }],
    [{ type: 'boolean' }, 'true', { value: true }],
    [{ type: 'boolean' }, 'maybe', { error: 'Select True or False.' }],
    [{ type: 'user' }, '@Ada', { value: '10' }],
    [{ type: 'user' }, '<@!11>', { value: '11' }],
    [{ type: 'user' }, 'ad', { error: 'Select a user of this server.' }],
    [{ type: 'role' }, 'approvers', { value: '20' }],
    [{ type: 'channel' }, '#ops', { value: '30' }],
    [{ type: 'channel', channelTypes: ['thread'] }, '#ops', { error: 'Select a channel of this server.' }],
    [{ type: 'integer', choices: [{ name: 'Large', value: 3 }] }, 'large', { value: 3 }],
    [{ type: 'integer', choices: [{ name: 'Large', value: 3 }] }, '4', { error: 'Select one of the choices.' }],
  ]) assert.deepEqual(read(option, text, null), want, `${JSON.stringify(option)} of ${text}`);
});

test('an option offers what fits', () => {
  assert.deepEqual(suggestions({ type: 'boolean' }, 'f').map((i) => i.value), ['false']);
  assert.deepEqual(suggestions({ type: 'user' }, '@clo').map((i) => i.value), ['12']);
  assert.deepEqual(suggestions({ type: 'channel', channelTypes: ['text'] }, '').map((i) => i.value), ['30']);
  assert.deepEqual(suggestions({ type: 'string' }, 'x'), []);
});
