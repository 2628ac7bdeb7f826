// The way into the thread that a message started. It keeps its element while the
// thread grows by the second, so that it can be pressed.

import { h } from './dom.js';
import { open } from './store.js';

/** ThreadPill is that button, or nothing. */
export class ThreadPill {
  constructor() {
    this.name = h('span.thread-name');
    this.count = h('span.thread-count');
    this.node = h('div.message-thread', { hidden: true },
      h('button.thread-pill', { type: 'button', on: { click: () => open(this.id) } }, this.name, this.count));
  }

  /**
   * update draws the thread as it is now.
   *
   * @param {{id: string, name: string, count: number}|null} thread
   */
  update(thread) {
    this.node.hidden = !thread;
    if (!thread) return;
    this.id = thread.id;
    this.name.textContent = thread.name;
    this.count.textContent = `${thread.count.toLocaleString()} ${thread.count === 1 ? 'message' : 'messages'} ›`;
  }
}
