// A list of things of which one is active, as the ARIA pattern "listbox" has it: the
// focus stays where it is (in a text box, or on the list), the arrows move what is
// active, the pointer and Enter choose.

import { fill, h } from './dom.js';

let made = 0; // for ids that are one of a kind

/**
 * Item is one thing of a list.
 *
 * @typedef {object} Item
 * @property {string} value what it stands for; one of a kind in its list
 * @property {string} title
 * @property {string} [detail] said beside or under the title
 * @property {string} [side] said at the end of the line
 * @property {function(): Node} [icon]
 * @property {string} [group] the heading that it stands under
 * @property {object} [data] its data- attributes
 */

/** List draws items and knows which is active. */
export class List {
  /**
   * @param {object} options
   * @param {string} options.label what the list is called
   * @param {boolean} [options.multi] several can be chosen: items get a check box
   * @param {function(Item)} options.choose is called for the item that was clicked
   */
  constructor({ label, multi = false, choose }) {
    this.id = `list-${++made}`;
    this.multi = multi;
    this.choose = choose;
    this.items = [];
    this.at = -1;
    this.owner = null;
    this.node = h('div.list', { id: this.id, role: 'listbox', 'aria-label': label, 'aria-multiselectable': multi ? 'true' : null });
    // The focus must not leave the text box that the list belongs to.
    this.node.addEventListener('mousedown', (event) => event.preventDefault());
    this.node.addEventListener('mousemove', (event) => this.#touch(event));
    this.node.addEventListener('click', (event) => {
      const at = this.#indexOf(event);
      if (at >= 0) this.choose(this.items[at]);
    });
  }

  /** own ties the list to the element that has the focus while it is used. */
  own(element) {
    if (this.owner && this.owner !== element) this.owner.removeAttribute('aria-activedescendant');
    this.owner = element;
    this.#mark();
  }

  /**
   * show draws items.
   *
   * @param {Item[]} items
   * @param {object} [options]
   * @param {number} [options.active] index of the active one, -1 for none
   * @param {function(Item): boolean} [options.checked]
   */
  show(items, { active = 0, checked = () => false } = {}) {
    this.items = items;
    this.checked = checked;
    this.at = Math.min(active, items.length - 1);
    fill(this.node, this.#grouped());
    this.#mark();
  }

  /** active is the item that Enter would choose. */
  get active() {
    return this.items[this.at] ?? null;
  }

  /** keys moves what is active, and says whether the key was one of its own. */
  keys(event) {
    const last = this.items.length - 1;
    if (last < 0 || event.ctrlKey || event.metaKey || event.altKey) return false;
    const page = 8;
    // In a text box they belong to the text.
    const ends = this.owner === this.node ? { Home: 0, End: last } : {};
    const to = {
      ...ends,
      ArrowDown: this.at < last ? this.at + 1 : 0,
      ArrowUp: this.at > 0 ? this.at - 1 : last,
      PageDown: Math.min(last, this.at + page),
      PageUp: Math.max(0, this.at - page),
    }[event.key];
    if (to === undefined) return false;
    event.preventDefault();
    this.activate(to);
    return true;
  }

  /** activate makes the item at an index the active one, and brings it into view. */
  activate(at) {
    this.at = at;
    this.#mark();
    this.node.querySelector('.list-item.active')?.scrollIntoView({ block: 'nearest' });
  }

  /** recheck draws the check boxes anew. */
  recheck() {
    for (const node of this.node.querySelectorAll('.list-item')) {
      node.setAttribute('aria-selected', String(this.checked(this.items[node.dataset.at])));
    }
  }

  #grouped() {
    const out = [];
    let group;
    this.items.forEach((item, at) => {
      if (item.group && group?.dataset.group !== item.group) {
        group = this.#heading(item, at);
        out.push(group);
      }
      (item.group ? group : { append: (node) => out.push(node) }).append(this.#row(item, at));
    });
    return out;
  }

  #heading(item, at) {
    const id = `${this.id}-group-${at}`;
    return h('div.list-group', { role: 'group', 'aria-labelledby': id, data: { group: item.group } },
      h('div.list-heading', { id, role: 'presentation' }, item.groupIcon?.(), item.group));
  }

  #row(item, at) {
    return h('div.list-item', {
      id: `${this.id}-${at}`, role: 'option', 'aria-selected': String(this.checked(item)), data: { value: item.value, at, ...item.data },
    },
    item.icon?.(),
    h('span.list-text', {},
      h('span.list-title', {}, item.title),
      item.detail ? h('span.list-detail', {}, item.detail) : null),
    item.side ? h('span.list-side', {}, item.side) : null,
    h('span.list-check', { 'aria-hidden': 'true' }));
  }

  #indexOf(event) {
    const row = event.target.closest('.list-item');
    return row ? Number(row.dataset.at) : -1;
  }

  #touch(event) {
    const at = this.#indexOf(event);
    if (at >= 0 && at !== this.at) {
      this.at = at;
      this.#mark();
    }
  }

  #mark() {
    for (const node of this.node.querySelectorAll('.list-item')) node.classList.toggle('active', Number(node.dataset.at) === this.at);
    if (this.at >= 0 && this.items.length) this.owner?.setAttribute('aria-activedescendant', `${this.id}-${this.at}`);
    else this.owner?.removeAttribute('aria-activedescendant');
  }
}
