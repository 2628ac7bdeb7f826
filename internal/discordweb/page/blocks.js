// Discord's markdown: the blocks of a message. A message is cut into blocks of
// code, quotes, headings, small text and lists; what is between them are
// paragraphs, whose marks inline.js reads.

import { ansi } from './ansi.js';
import { inline } from './inline.js';

/**
 * parse reads a message's text.
 *
 * @param {string} text
 * @returns {Array<object>} nodes: those of inline(), and {type: 'block', language, text},
 *   {type: 'quote', children}, {type: 'heading', level, children}, {type: 'small', children},
 *   {type: 'list', ordered, start, items: [{children}]}
 */
export function parse(text) {
  return blocks(String(text ?? '').replaceAll('\r\n', '\n'), false);
}

/** plain is the text of a tree, in one line, without its marks. */
export function plain(nodes, name = () => '…') {
  return nodes.map((node) => {
    switch (node.type) {
      case 'list': return node.items.map((item) => plain(item.children, name)).join(' ');
      case 'spoiler': return '▮▮▮';
      case 'user': case 'role': case 'channel': return name(node);
      case 'time': return new Date(node.at).toLocaleString();
      case 'emoji': return `:${node.name}:`;
      case 'command': return `/${node.name}`;
      case 'block': return ansi(node.text).map((part) => part.text).join('');
    }
    return node.text ?? plain(node.children ?? [], name);
  }).join('').replace(/\s+/g, ' ');
}

const heading = /^(#{1,3}) +(\S.*)$/;
const small = /^-# +(\S.*)$/;
const item = /^( *)(?:[-*]|(\d{1,9})\.) +(\S.*)$/;
const deepest = 10; // Discord nests lists no deeper

function blocks(text, quoted) {
  const out = [];
  const fences = new Fences(text);
  let paragraph = 0;
  let at = 0;
  const flush = (end) => {
    if (end > paragraph) out.push(...inline(text.slice(paragraph, end)));
  };
  while (at < text.length) {
    const fence = fences.from(at);
    const end = Math.min(lineEnd(text, at), fence?.open ?? text.length);
    const startsLine = at === 0 || text[at - 1] === '\n';
    const block = startsLine && (quoted ? null : quote(text, at)) || startsLine && line(text, at, end);
    if (block) {
      flush(at - 1);
      out.push(...block.nodes);
      at = paragraph = block.end;
    } else if (fence && fence.open === end) {
      flush(text[end - 1] === '\n' ? end - 1 : end);
      out.push(fence.node);
      at = fence.end + (text[fence.end] === '\n' ? 1 : 0);
      paragraph = at;
    } else {
      at = end + 1;
    }
  }
  flush(text.length);
  return out;
}

function lineEnd(text, at) {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** quote reads "> " lines, or ">>> " to the end of the message. */
function quote(text, at) {
  if (text.startsWith('>>> ', at)) {
    return { nodes: [{ type: 'quote', children: blocks(text.slice(at + 4), true) }], end: text.length };
  }
  const lines = [];
  while (at < text.length && text.startsWith('> ', at)) {
    const end = lineEnd(text, at);
    lines.push(text.slice(at + 2, end));
    at = end + 1;
  }
  if (!lines.length) return null;
  return { nodes: [{ type: 'quote', children: blocks(lines.join('\n'), true) }], end: Math.min(at, text.length) };
}

/** line reads a heading, small text, or a list. */
function line(text, at, end) {
  const row = text.slice(at, end);
  const after = text[end] === '\n' ? end + 1 : end;
  let found = heading.exec(row);
  if (found) return { nodes: [{ type: 'heading', level: found[1].length, children: inline(found[2]) }], end: after };
  found = small.exec(row);
  if (found) return { nodes: [{ type: 'small', children: inline(found[1]) }], end: after };
  return item.test(row) ? list(text, at, end) : null;
}

/** list reads the items from here on, each a line, deeper ones within those before them. */
function list(text, at, limit) {
  const root = [];
  const path = []; // {indent, list}: the lists that are open, outermost first
  let end = limit;
  for (;;) {
    const found = item.exec(text.slice(at, end));
    if (!found) break;
    put(root, path, found);
    at = text[end] === '\n' ? end + 1 : end;
    if (at === end || at >= text.length) break;
    end = lineEnd(text, at);
    const fence = text.indexOf('```', at);
    if (fence >= 0 && fence < end) break;
  }
  return { nodes: root, end: at };
}

function put(root, path, [, spaces, number, row]) {
  const indent = spaces.length;
  const ordered = number !== undefined;
  while (path.length && indent < path.at(-1).indent) path.pop();
  let last = path.at(-1);
  const deeper = !last || (indent > last.indent + 1 && path.length < deepest);
  if (deeper || last.list.ordered !== ordered) {
    const made = { type: 'list', ordered, start: ordered ? Number(number) : 1, items: [] };
    if (!deeper) path.pop();
    const parent = path.at(-1);
    if (parent) parent.list.items.at(-1).children.push(made);
    else root.push(made);
    last = { indent, list: made };
    path.push(last);
  }
  last.list.items.push({ children: inline(row) });
}

/** Fences finds the blocks of code, in order. */
class Fences {
  constructor(text) {
    this.text = text;
    this.next = undefined;
  }

  /** from is the first block of code that starts at a place or after it. */
  from(at) {
    if (this.next === undefined || (this.next && this.next.open < at)) this.next = this.find(at);
    return this.next;
  }

  find(at) {
    for (;;) {
      const open = this.text.indexOf('```', at);
      if (open < 0) return null;
      const close = this.text.indexOf('```', open + 3);
      if (close < 0) return null;
      const node = code(this.text.slice(open + 3, close));
      if (node.text.trim() && !escaped(this.text, open)) return { open, end: close + 3, node };
      at = open + 3;
    }
  }
}

/** code is the block of what is between two fences. */
function code(body) {
  const language = /^([\w+\-.#]+)\n/.exec(body)?.[1] ?? '';
  let from = language.length;
  let to = body.length;
  while (body[from] === '\n') from++;
  while (to > from && body[to - 1] === '\n') to--;
  return { type: 'block', language: language.toLowerCase(), text: body.slice(from, to) };
}

function escaped(text, at) {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes++;
  return slashes % 2 === 1;
}
