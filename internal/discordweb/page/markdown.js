// Draws Discord's markdown: the tree of blocks.js as elements.

import { ansi, classes } from './ansi.js';
import { parse, plain } from './blocks.js';
import { ink } from './colour.js';
import { copier } from './copy.js';
import { h } from './dom.js';
import { channel, open, person, role, state } from './store.js';
import { drawTime } from './time.js';

export { parse };

/** markdown draws a text of Discord's markdown. */
export const markdown = (text) => draw(parse(text));

/** oneLine is a text without its marks, as a line that says what a message is about. */
export const oneLine = (text) => plain(parse(text), nameOf).trim();

/** draw makes the elements of a tree that parse read. */
export const draw = (nodes) => nodes.map((node) => (drawers[node.type] ?? drawers.text)(node));

const within = (tag) => (node) => h(tag, {}, draw(node.children));

const drawers = {
  text: (node) => document.createTextNode(node.text ?? ''),
  bold: within('strong'),
  italic: within('em'),
  underline: within('u'),
  strike: within('s'),
  small: within('div.small-text'),
  quote: (node) => h('div.quote', {}, h('blockquote', {}, draw(node.children))),
  code: (node) => h('code.inline-code', {}, node.text),
  emoji: (node) => `:${node.name}:`,
  heading: (node) => h(`h${node.level + 2}.heading-${node.level}`, {}, draw(node.children)),
  list: (node) => h(node.ordered ? 'ol' : 'ul', node.ordered ? { start: node.start } : {}, node.items.map((item) => h('li', {}, draw(item.children)))),
  link: drawLink,
  time: (node) => drawTime(node.at, node.style),
  user: (node) => h('span.mention', { class: node.id === state.me?.id ? 'of-me' : '' }, nameOf(node)),
  role: (node) => h('span.mention', { class: role(node.id)?.color ? 'inked' : '', style: ink(role(node.id)?.color) }, nameOf(node)),
  everyone: (node) => h('span.mention', {}, node.text),
  command: (node) => h('span.mention', {}, `/${node.name}`),
  channel: drawChannel,
  spoiler: drawSpoiler,
  block: drawBlock,
};

/** nameOf is what a mention says. */
function nameOf({ type, id }) {
  switch (type) {
    case 'user': return `@${person(id)?.name ?? 'unknown-user'}`;
    case 'role': return `@${role(id)?.name ?? 'unknown-role'}`;
    default: return `#${channel(id)?.name ?? 'unknown'}`;
  }
}

function drawChannel(node) {
  if (!channel(node.id)) return h('span.mention', {}, nameOf(node));
  return h('button.mention', { type: 'button', on: { click: () => open(node.id) } }, nameOf(node));
}

/** Where a link into Discord leads: a channel, and perhaps a message of it. */
const inside = /^https:\/\/(?:\w+\.)?discord(?:app)?\.com\/channels\/(?:\d+|@me)\/(\d+)(?:\/(\d+))?\/?$/;

/** drawLink draws a link; one that leads to a channel of this Discord as its mention. */
function drawLink(node) {
  const [, id, message] = inside.exec(node.href) ?? [];
  if (!channel(id)) {
    return h('a', { href: node.href, target: '_blank', rel: 'noopener noreferrer nofollow', title: node.href }, draw(node.children));
  }
  const jump = (event) => event.target.dispatchEvent(new CustomEvent('jump', { bubbles: true, detail: { channel: id, message } }));
  const bare = plain(node.children, nameOf) === node.href;
  return h('button.mention', { type: 'button', on: { click: jump } }, bare ? [nameOf({ type: 'channel', id }), message ? ' › message' : ''] : draw(node.children));
}

/** drawSpoiler hides a text until it is clicked. */
function drawSpoiler(node) {
  const text = h('span', { 'aria-hidden': 'true' }, draw(node.children));
  const cover = h('span.spoiler', { role: 'button', tabindex: '0', 'aria-label': 'Spoiler', 'aria-expanded': 'false' }, text);
  const show = (event) => {
    if (event.type === 'keydown' && event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    const shown = h('span.spoiler.open', { tabindex: '-1' }, draw(node.children));
    cover.replaceWith(shown);
    shown.focus({ preventScroll: true }); // Tab goes on from here
  };
  cover.addEventListener('click', show);
  cover.addEventListener('keydown', show);
  return cover;
}

/** drawBlock draws a block of code, with a button that copies it. */
function drawBlock({ language, text }) {
  const bare = () => (language === 'ansi' ? ansi(text).map((part) => part.text).join('') : text);
  return h('div.code', {}, h('pre', {}, h('code', {}, colored(language, text))), copier('button.copy', 'Copy the code', bare));
}

function colored(language, text) {
  if (language === 'ansi') return ansi(text).map((part) => h('span', { class: classes(part) }, part.text));
  if (language === 'diff') return text.split('\n').map((row, i) => [i ? '\n' : '', diffRow(row)]);
  return text;
}

function diffRow(row) {
  if (/^[+>]/.test(row)) return h('span.added', {}, row);
  if (/^[-<]/.test(row)) return h('span.removed', {}, row);
  return /^(!|@@|\*\*\*)/.test(row) ? h('span.marked', {}, row) : row;
}
