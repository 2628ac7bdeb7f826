// The live list of what goes between bot and Discord.

import { fill, h } from './dom.js';
import { drawExchange, kinds } from './exchange.js';
import { hear } from './hear.js';
import { state, watch } from './store.js';

const most = 300; // entries that are kept and drawn

/** Traffic is the list; the entries come for as long as it is seen. */
export class Traffic {
  constructor(node) {
    this.entries = new Map(); // by seq, oldest first
    this.lines = new Map(); // by seq: what is drawn
    this.held = null; // the entries that came while paused, by seq
    this.since = 0; // seq up to which entries were cleared or grew too old
    this.seen = false;
    this.lost = false; // the connection, since the last look: a server that was started anew counts anew
    this.#build(node);
    watch('connected', () => { this.lost ||= !state.connected; });
    watch('traffic', (more) => this.seen && this.#take(more));
  }

  #build(node) {
    this.list = h('ol.traffic', { 'aria-label': 'What was said, newest first' });
    this.kind = h('select.small-field', { 'aria-label': 'Kind', on: { change: () => this.#draw() } },
      h('option', { value: '' }, 'Everything'), Object.entries(kinds).map(([v, label]) => h('option', { value: v }, label)));
    this.text = h('input.small-field', { type: 'search', 'aria-label': 'Filter by text', placeholder: 'Filter', on: { input: () => this.#draw() } });
    this.pause = h('button.button.small', { type: 'button', 'aria-pressed': 'false', on: { click: () => this.#hold() } }, 'Pause');
    const clear = h('button.button.small', { type: 'button', on: { click: () => this.#clear() } }, 'Clear');
    this.empty = h('p.panel-empty', {}, 'Nothing yet. Type a command, and see what the bot is sent and what it answers.');
    fill(node, h('div.panel-tools', {}, this.kind, this.text, this.pause, clear), this.empty, this.list);
  }

  /** see begins: the panel shows it. */
  see() {
    this.seen = true;
    hear(true).then((known) => {
      if (this.lost) {
        this.lost = false;
        this.since = 0;
        this.entries.clear();
        this.#draw();
      }
      this.#take(known.filter((e) => JSON.stringify(e) !== JSON.stringify(this.entries.get(e.seq))));
    });
  }

  /** leave ends it. */
  leave() {
    this.seen = false;
    hear(false);
  }

  #take(more) {
    for (const e of more) {
      if (e.seq <= this.since) continue;
      if (this.held) this.held.set(e.seq, e);
      else this.#put(e);
    }
    this.#trim();
    this.#say();
  }

  /** #put draws an entry that is new, or has changed: an interaction was answered. */
  #put(e) {
    const known = this.lines.get(e.seq);
    this.entries.set(e.seq, e);
    if (!this.#fits(e)) {
      this.#erase(e.seq);
      return;
    }
    this.lines.set(e.seq, drawExchange(e, known));
    if (!known) this.list.prepend(this.lines.get(e.seq));
  }

  #fits(e) {
    return (!this.kind.value || e.kind === this.kind.value) && words(e).includes(this.text.value.toLowerCase());
  }

  #erase(seq) {
    this.lines.get(seq)?.remove();
    this.lines.delete(seq);
  }

  /** #trim forgets the oldest of too many. */
  #trim() {
    for (const seq of oldest(this.entries)) {
      this.since = seq; // what changes of it is of no interest any more
      this.entries.delete(seq);
      this.#erase(seq);
    }
    if (this.held) for (const seq of oldest(this.held)) this.held.delete(seq);
  }

  /** #draw draws all anew. */
  #draw() {
    this.lines.clear();
    fill(this.list);
    for (const e of this.entries.values()) this.#put(e);
    this.#say();
  }

  #clear() {
    this.since = Math.max(this.since, ...this.entries.keys(), ...(this.held?.keys() ?? []));
    this.entries.clear();
    this.held?.clear();
    this.#draw();
  }

  /** #hold pauses, or goes on with what came meanwhile. */
  #hold() {
    const more = this.held ? [...this.held.values()] : [];
    this.held = this.held ? null : new Map();
    this.#take(more);
  }

  #say() {
    const { held } = this;
    this.empty.hidden = this.entries.size > 0;
    this.pause.textContent = held ? `Go on${held.size ? ` (${held.size})` : ''}` : 'Pause';
    this.pause.setAttribute('aria-pressed', String(held !== null));
  }
}

/** oldest are the keys of a map beyond the most that are kept. */
const oldest = (map) => [...map.keys()].slice(0, Math.max(0, map.size - most));

const words = (e) => `${e.title} ${e.app} ${e.status} ${e.body} ${e.answer} ${e.error}`.toLowerCase();
