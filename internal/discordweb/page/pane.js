// The window that the page has on a log: of thousands of messages only those
// around what is seen are elements. It stays at the end unless the person scrolled
// up, and what they read stays where it is, whatever happens above or below it.

import { h, sync } from './dom.js';
import { Entry, lookOf } from './entry.js';
import { place } from './log.js';

const most = 150; // messages that are elements
const step = 50; // that are added at an edge
const first = 60; // that a channel starts with
const near = 900; // pixels to an edge, from where on more are added
const close = 40; // pixels to the end that count as being there

/** Pane draws a log within an element that scrolls. */
export class Pane {
  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} head what stands above the first message of all
   * @param {{older: function(): void, moved: function(): void}} calls older: the top is near
   *   and the log has no more; moved: the place in the log changed
   */
  constructor(scroller, head, calls) {
    this.scroller = scroller;
    this.head = head;
    this.calls = calls;
    this.list = h('div.entries');
    this.entries = new Map(); // by id
    this.clear();
    scroller.append(head, this.list);
    scroller.addEventListener('scroll', () => this.look(), { passive: true });
    const grown = new ResizeObserver(() => this.stuck && this.#toEnd());
    for (const node of [head, this.list, scroller]) grown.observe(node);
  }

  clear() {
    this.log = null;
    this.stuck = true; // at the end, and staying there
    this.mark = ''; // id of the first new message
    this.failures = new Map(); // texts by message
    this.top = ''; // id of the first message that may be an element
    this.bottom = null; // id of the last; null: the newest
    this.was = 0; // pixels scrolled when last looked at
    this.entries.clear();
    this.list.replaceChildren();
    this.head.hidden = true;
  }

  /** show starts at the end of a log. */
  show(log) {
    const { mark, failures } = this;
    this.clear();
    Object.assign(this, { log, mark, failures });
    this.toPresent();
  }

  /** toPresent goes to the newest message. */
  toPresent() {
    this.bottom = null;
    this.stuck = true;
    this.top = this.log.messages.at(-first)?.id ?? '';
    this.draw();
    this.look();
  }

  /** around goes to a message that the log has. */
  around(id) {
    const { messages } = this.log;
    const at = place(messages, id);
    if (!this.entries.has(id)) this.#bounds(at - step, at + step);
    this.stuck = false;
    this.draw();
    const { node } = this.entries.get(id).view;
    node.scrollIntoView({ block: 'center' });
    node.classList.add('found');
    setTimeout(() => node.classList.remove('found'), 2000);
  }

  /** draw makes the elements what the log says. `anew`: all of each message. */
  draw(anew = false) {
    if (!this.log) return;
    if (this.stuck) this.#stick(); // they may have gone up in this very frame
    const { messages } = this.log;
    const [from, to] = this.#range();
    const anchor = this.stuck ? null : this.#anchor();
    const nodes = [];
    const kept = new Set();
    for (let i = from; i < to; i++) {
      const message = messages[i];
      kept.add(message.id);
      if (!this.entries.has(message.id)) this.entries.set(message.id, new Entry(message));
      const entry = this.entries.get(message.id);
      entry.update(message, lookOf(message, messages[i - 1], this.mark, this.failures.get(message.id) ?? message.failed), anew);
      nodes.push(entry.node);
    }
    sync(this.list, nodes);
    this.head.hidden = from > 0 || this.log.more || !this.log.loaded;
    for (const id of this.entries.keys()) if (!kept.has(id)) this.entries.delete(id);
    this.#settle(anchor);
    this.calls.moved();
  }

  /** range is what of the log is elements, and no more than may be. */
  #range() {
    const { messages } = this.log;
    const from = place(messages, this.top);
    let to = this.bottom === null ? messages.length : place(messages, this.bottom) + 1;
    to = Math.min(to, messages.length);
    if (to - from <= most) return [from, to];
    if (this.stuck) this.#bounds(to - most + step, to);
    else this.#bounds(from, from + most);
    return [place(messages, this.top), this.bottom === null ? to : place(messages, this.bottom) + 1];
  }

  #bounds(from, to) {
    const { messages } = this.log;
    this.top = messages[Math.max(0, from)]?.id ?? '';
    this.bottom = to >= messages.length ? null : messages[to - 1].id;
  }

  /** anchor is the first message in sight, and where it is. */
  #anchor() {
    const edge = this.scroller.getBoundingClientRect().top;
    for (const node of this.list.children) {
      const box = node.getBoundingClientRect();
      if (box.bottom > edge) return { node, top: box.top };
    }
    return null;
  }

  #settle(anchor) {
    if (this.stuck) this.#toEnd();
    else if (anchor?.node.isConnected) this.scroller.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.was = this.scroller.scrollTop;
  }

  /** stick: only who goes up leaves the end; what else moves it, such as a panel that opens, is made good. */
  #stick() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const atEnd = scrollHeight - scrollTop - clientHeight < close;
    if (this.bottom !== null || (!atEnd && scrollTop < this.was)) this.stuck = false;
    else if (atEnd) this.stuck = true;
    this.was = scrollTop;
    if (this.stuck && !atEnd) this.#toEnd();
  }

  /** look adds messages at an edge that is near, as after a scroll and when older ones came. */
  look() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = undefined;
      if (this.log) this.#scrolled();
    });
  }

  #scrolled() {
    this.#stick();
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const left = scrollHeight - scrollTop - clientHeight;
    const { messages } = this.log;
    const [from, to] = this.#range();
    if (scrollTop < near && from > 0) {
      this.#bounds(from - step, Math.min(to, from - step + most));
      this.draw();
    } else if (left < near && to < messages.length) {
      this.#bounds(Math.max(from, to + step - most), to + step);
      this.draw();
    } else if (scrollTop < near) {
      this.calls.older();
    }
    this.calls.moved();
  }
}
