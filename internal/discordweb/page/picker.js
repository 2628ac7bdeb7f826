// Picking from a select: of a message, or of a form.

import { h } from './dom.js';
import { List } from './list.js';
import { pickable } from './pickable.js';
import { openPopover } from './popover.js';
import { best } from './rank.js';

const searchFrom = 9; // so many options, and there is a search

const labels = { string: 'Options', user: 'Users', role: 'Roles', channel: 'Channels', mentionable: 'Users and roles' };

/**
 * openPicker lets a person pick values at an anchor.
 *
 * @param {object} options
 * @param {Element} options.anchor the select's own element; it gets the focus back
 * @param {'string'|'user'|'role'|'channel'|'mentionable'} options.kind
 * @param {object[]} [options.options] of the kind string: {label, value, description, emoji}
 * @param {number[]} [options.channelTypes] of the kind channel; none: all
 * @param {number} [options.min] fewest values, 0: none is fine
 * @param {number} [options.max] most values; from 2 on there are check boxes
 * @param {string[]} [options.chosen] the values so far
 * @param {string} [options.placeholder] what the list is called
 * @returns {Promise<string[]|null>} values, or null where nothing was decided
 */
export function openPicker({ anchor, kind = 'string', options = [], channelTypes = [], min = 1, max = 1, chosen = [], placeholder = '' }) {
  return new Promise((resolve) => {
    const items = pickable(kind, { options, channelTypes });
    const search = kind !== 'string' || items.length >= searchFrom;
    new Picker({ anchor, items, search, min, max, chosen, label: placeholder || labels[kind], resolve }).open();
  });
}

/** Picker is a picker that is open. */
class Picker {
  constructor(options) {
    Object.assign(this, options);
    this.multi = this.max > 1;
    this.values = new Set(this.chosen);
    this.list = new List({ label: this.label, multi: this.multi, choose: (item) => this.choose(item) });
  }

  open() {
    this.input = this.search ? this.#searchBox() : null;
    this.done = this.multi ? h('button.form-button.primary', { type: 'button', on: { click: () => this.finish() } }, 'Done') : null;
    const clears = !this.multi && this.min === 0 && this.chosen.length > 0;
    this.none = clears ? h('button.form-button.secondary', { type: 'button', on: { click: () => this.choose(null) } }, 'Clear') : null;
    this.hint = h('span.picker-hint', { role: 'status' });
    const content = h('div.picker', { on: { keydown: (event) => this.keys(event) } },
      this.input, this.list.node, this.empty = h('div.picker-empty', { hidden: true }, 'Nothing matches your search'),
      this.multi || clears ? h('div.picker-foot', {}, this.hint, this.none, this.done) : null);
    this.popover = openPopover({ anchor: this.anchor, content, label: this.label, closed: (why) => this.closed(why) });
    if (!this.search) this.list.node.tabIndex = 0;
    const focused = this.input ?? this.list.node;
    this.list.own(focused);
    this.draw('');
    focused.focus();
    this.popover.place();
  }

  #searchBox() {
    return h('input.picker-search', {
      type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': this.list.id, 'aria-autocomplete': 'list',
      'aria-label': `Search: ${this.label}`, placeholder: 'Search', autocomplete: 'off', spellcheck: 'false',
      on: { input: () => this.draw(this.input.value) },
    });
  }

  draw(typed) {
    const items = best(typed, this.items, (item) => [item.title, item.as, item.detail]);
    const first = items.findIndex((item) => this.values.has(item.value));
    this.list.show(items, { active: Math.max(0, typed ? 0 : first), checked: (item) => this.values.has(item.value) });
    this.empty.hidden = items.length > 0;
    this.list.node.hidden = items.length === 0;
    this.list.activate(this.list.at);
    this.count();
  }

  keys(event) {
    if (this.list.keys(event)) return;
    const chooses = event.key === 'Enter' || (event.key === ' ' && !this.input);
    if (event.target.closest('button') || event.isComposing) return;
    if (chooses) {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey) this.finish();
      else if (this.list.active) this.choose(this.list.active);
    } else if (!this.input && event.key.length === 1) {
      this.#jump(event.key);
    }
  }

  /** #jump goes to the next item that begins with a letter, as selects do. */
  #jump(letter) {
    const { items, at } = this.list;
    for (let i = 1; i <= items.length; i++) {
      const to = (at + i) % items.length;
      if (items[to].title.toLowerCase().startsWith(letter.toLowerCase())) {
        this.list.activate(to);
        return;
      }
    }
  }

  /** choose takes an item, or with null none; of several, it is taken or taken back. */
  choose(item) {
    if (!this.multi) {
      this.values = new Set(item ? [item.value] : []);
      this.finish();
      return;
    }
    if (this.values.has(item.value)) this.values.delete(item.value);
    else if (this.values.size < this.max) this.values.add(item.value);
    this.list.recheck();
    this.count();
  }

  get fits() {
    return this.values.size >= this.min && this.values.size <= this.max;
  }

  count() {
    if (!this.multi) return;
    this.done.disabled = !this.fits;
    this.hint.textContent = this.fits ? `${this.values.size} of at most ${this.max}` : `Pick at least ${this.min}`;
  }

  finish() {
    if (this.fits) this.popover.close('done');
  }

  /** closed hands the values over; a click elsewhere decides where several can be picked, as in Discord. */
  closed(why) {
    const changed = this.values.size !== this.chosen.length || this.chosen.some((v) => !this.values.has(v));
    const decided = why === 'done' || (why === 'outside' && this.multi && this.fits && changed);
    // In the order of the list, as Discord sends them.
    this.resolve(decided ? this.items.map((item) => item.value).filter((v) => this.values.has(v)) : null);
  }
}
