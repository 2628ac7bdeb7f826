// Discord's markdown within a paragraph. One pass from left to right: every kind
// of mark is open at most once, so that no text, however hostile, takes more than
// linear time or nests deeper than there are kinds.

/**
 * inline reads the marks of a text.
 *
 * @param {string} text
 * @param {{links?: boolean}} [options] links: false where a link may not be, within another
 * @returns {Array<object>} nodes: {type, children} for bold, italic, underline, strike and
 *   spoiler; {type: 'text'|'code', text}; {type: 'link', href, children};
 *   {type: 'user'|'role'|'channel', id}; {type: 'time', at, style}; {type: 'emoji'|'command', name};
 *   {type: 'everyone', text}
 */
export function inline(text, { links = true } = {}) {
  const reader = new Reader(text, links);
  return reader.read();
}

const single = { '*': 'italic', _: 'italic' };
const double = { '*': 'bold', _: 'underline', '~': 'strike', '|': 'spoiler' };

/** The things in pointed brackets, each with what it becomes. */
const bracketed = [
  [/<@!?(\d{1,20})>/y, (m) => ({ type: 'user', id: m[1] })],
  [/<@&(\d{1,20})>/y, (m) => ({ type: 'role', id: m[1] })],
  [/<#(\d{1,20})>/y, (m) => ({ type: 'channel', id: m[1] })],
  [/<t:(-?\d{1,13})(?::([tTdDfFRsS]))?>/y, (m) => ({ type: 'time', at: Number(m[1]) * 1000, style: m[2] ?? 'f' })],
  [/<a?:(\w{2,32}):\d{1,20}>/y, (m) => ({ type: 'emoji', name: m[1] })],
  [/<\/([^:<>\n]{1,100}):\d{1,20}>/y, (m) => ({ type: 'command', name: m[1] })],
];

const ordinary = /[^\\`*_~|<[h@]+/y;
const bareLink = /https?:\/\/[^\s<[\]]+/y;
const angleLink = /<(https?:\/\/[^\s<>]+)>/y;
// Neither part may hold a bracket: an attempt ends where the next one starts.
const maskedLink = /\[((?:[^[\]\\]|\\.)+)\]\(<?(https?:\/\/(?:[^\s()<>[\]]|\([^\s()<>[\]]*\))+)>?\)/y;
const everyone = /@(?:everyone|here)\b/y;

const isSpace = (c) => c === undefined || /\s/.test(c);
const isWord = (c) => c !== undefined && /[\p{L}\p{N}_]/u.test(c);

/** Reader keeps what was read, and which marks are open at which place of it. */
class Reader {
  constructor(text, links) {
    this.text = text;
    this.links = links;
    this.out = [];
    this.open = []; // {kind, mark, at}: outermost first
    this.at = 0;
    this.lastTicks = ticks(text); // where the last run of so many backticks is
  }

  read() {
    while (this.at < this.text.length) {
      if (this.match(ordinary, (m) => ({ type: 'text', text: m[0] })) || this.step()) continue;
      this.literal(this.text[this.at++]);
    }
    return joined(this.out);
  }

  /** step reads what starts here; false if it is only a character. */
  step() {
    switch (this.text[this.at]) {
      case '\\': return this.escape();
      case '`': return this.code();
      case '*': case '_': case '~': case '|': return this.marks();
      case '<': return this.pointed();
      case '[': return this.links && this.masked();
      case 'h': return this.bare();
      case '@': return this.match(everyone, (m) => ({ type: 'everyone', text: m[0] }));
    }
    return false;
  }

  literal(text) {
    this.out.push({ type: 'text', text });
  }

  /** match puts what a pattern finds here. */
  match(pattern, make) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return false;
    const node = make(found);
    if (!node) return false;
    this.out.push(node);
    this.at += found[0].length;
    return true;
  }

  escape() {
    const next = this.text[this.at + 1];
    if (next === undefined || isSpace(next) || /[0-9A-Za-z]/.test(next)) return false;
    const character = String.fromCodePoint(this.text.codePointAt(this.at + 1));
    this.literal(character);
    this.at += 1 + character.length;
    return true;
  }

  code() {
    const length = run(this.text, this.at);
    const mark = '`'.repeat(length);
    let close = this.at + length;
    if ((this.lastTicks.get(length) ?? -1) >= close) {
      for (;;) {
        close = this.text.indexOf(mark, close);
        const found = run(this.text, close);
        if (found === length) break;
        close += found;
      }
      const inner = this.text.slice(this.at + length, close);
      const padded = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim(); // room for a backtick
      this.out.push({ type: 'code', text: padded ? inner.slice(1, -1) : inner });
      this.at = close + length;
      return true;
    }
    this.literal(mark);
    this.at += length;
    return true;
  }

  pointed() {
    if (bracketed.some(([pattern, make]) => this.match(pattern, make))) return true;
    return this.links && this.match(angleLink, (m) => link(m[1]));
  }

  masked() {
    return this.match(maskedLink, ([, label, href]) => {
      const children = inline(label, { links: false });
      // A text that looks like an address could lead elsewhere than it says, also
      // where marks, backslashes or characters that nobody sees are within it.
      const seen = seenOf(children).replace(/\p{Cf}/gu, '');
      return /https?:\/\//i.test(seen) || !seen.trim() ? null : { type: 'link', href, children };
    });
  }

  bare() {
    if (!this.links || isWord(this.text[this.at - 1])) return false;
    bareLink.lastIndex = this.at;
    const found = bareLink.exec(this.text);
    if (!found) return false;
    const href = trimmed(found[0]);
    if (/^https?:\/\/$/.test(href)) return false;
    this.out.push(link(href));
    this.at += href.length;
    return true;
  }

  /** marks reads a run of one mark's character: it closes, opens, or is text. */
  marks() {
    const c = this.text[this.at];
    const length = run(this.text, this.at);
    const before = this.text[this.at - 1];
    const after = this.text[this.at + length];
    this.at += length;
    if ((c === '*' || c === '_') && length > 3) {
      this.literal(c.repeat(length));
      return true;
    }
    let left = length;
    while (left > 0) {
      const closed = this.close(c, left, before, after);
      if (!closed) break;
      left -= closed;
    }
    if (left) this.opens(c, left, before, after);
    return true;
  }

  /** close ends the innermost part that this run can end; how many characters that took. */
  close(c, left, before, after) {
    for (let i = this.open.length - 1; i >= 0; i--) {
      const { kind, mark, at } = this.open[i];
      if (mark[0] !== c || mark.length > left) continue;
      if (at === this.out.length - 1) continue; // nothing within
      if (mark.length === 1 && !mayCloseItalic(c, left, before, after)) continue;
      const children = joined(this.out.splice(at + 1));
      this.out[at] = { type: kind, children };
      this.open.length = i; // what was opened within stays text
      return mark.length;
    }
    return 0;
  }

  opens(c, left, before, after) {
    while (left >= 2) {
      if (after === undefined) this.literal(c + c);
      else this.openOne(double[c], c + c);
      left -= 2;
    }
    if (!left) return;
    const may = single[c] && !isSpace(after) && !(c === '_' && isWord(before));
    if (may) this.openOne('italic', c);
    else this.literal(c);
  }

  openOne(kind, mark) {
    this.open = this.open.filter((o) => o.mark !== mark);
    this.open.push({ kind, mark, at: this.out.length });
    this.literal(mark);
  }
}

function mayCloseItalic(c, left, before, after) {
  if (left === 2) return false; // two of them are another mark
  if (c === '_') return left > 1 || !isWord(after);
  return left > 1 || !isSpace(before);
}

const link = (href) => ({ type: 'link', href, children: [{ type: 'text', text: href }] });

/** seenOf is what is read of a tree. */
const seenOf = (nodes) => nodes.map((node) => node.text ?? (node.children ? seenOf(node.children) : '…')).join('');

/** trimmed leaves out what ends the sentence and not the address. */
function trimmed(address) {
  let end = address.length;
  const opened = address.includes('(');
  while (end > 0 && (/[.,:;!?'"\]*_~|]/.test(address[end - 1]) || (address[end - 1] === ')' && !opened))) end--;
  return address.slice(0, end);
}

/** run is how many times the character at a place comes in a row. */
function run(text, at) {
  let end = at + 1;
  while (text[end] === text[at]) end++;
  return end - at;
}

function ticks(text) {
  const last = new Map();
  for (let at = text.indexOf('`'); at >= 0; at = text.indexOf('`', at)) {
    const length = run(text, at);
    last.set(length, at);
    at += length;
  }
  return last;
}

/** joined makes one text of neighbours. */
function joined(nodes) {
  const out = [];
  for (const node of nodes) {
    const last = out.at(-1);
    if (node.type === 'text' && last?.type === 'text') out[out.length - 1] = { type: 'text', text: last.text + node.text };
    else out.push(node);
  }
  return out;
}
