// The window above the composer: commands, values of an option, further options,
// under a line that says what is being filled in.

import { fill, h } from './dom.js';
import { List } from './list.js';

/** Suggest is that window; one element at a time uses it, its owner. */
export class Suggest {
  constructor() {
    this.list = new List({ label: 'Suggestions', choose: (item) => this.choose?.(item) });
    // A list that scrolls must be focusable; the focus never goes there, since the list closes as its owner loses it.
    this.list.node.tabIndex = 0;
    this.head = h('div.suggest-head', { id: 'suggest-head' });
    this.note = h('div.suggest-note', { role: 'status' });
    this.node = h('div.suggest', { hidden: true }, this.head, this.note, this.list.node);
    this.owner = null;
  }

  /**
   * show opens it, or changes what it shows.
   *
   * @param {HTMLElement} owner the text box that has the focus
   * @param {object} what
   * @param {{name: string, about: string, error: boolean}} [what.head] the line on top
   * @param {import('./list.js').Item[]} [what.items]
   * @param {string} [what.note] said in place of items
   * @param {number} [what.active] index of the item that Enter takes, -1 for none
   * @param {string} [what.label] what the list is called
   * @param {function(import('./list.js').Item)} [what.choose]
   */
  show(owner, { head, items = [], note = '', active = 0, label = 'Suggestions', choose } = {}) {
    this.owner = owner;
    this.choose = choose;
    this.list.node.setAttribute('aria-label', label);
    fill(this.head, head ? [h('strong', {}, head.name), ' ', h('span', { class: head.error ? 'wrong' : '' }, head.about)] : null);
    this.head.hidden = !head;
    this.note.textContent = note;
    this.note.hidden = !note;
    this.list.own(owner);
    this.list.show(items, { active });
    this.list.node.hidden = !items.length;
    this.node.hidden = !head && !note && !items.length;
    if (owner.getAttribute('role') === 'combobox') {
      owner.setAttribute('aria-expanded', String(items.length > 0));
      owner.setAttribute('aria-controls', this.list.id);
    }
    if (active >= 0 && items.length) this.list.activate(active);
  }

  /** hide closes it; given an owner, only if it is that one's. */
  hide(owner = this.owner) {
    if (!this.owner || owner !== this.owner) return;
    this.list.show([]);
    this.node.hidden = true;
    this.owner.removeAttribute('aria-activedescendant');
    if (this.owner.getAttribute('role') === 'combobox') this.owner.setAttribute('aria-expanded', 'false');
    this.owner = null;
  }

  /** listing reports whether there are items to choose from. */
  get listing() {
    return this.owner !== null && this.list.items.length > 0;
  }

  /** keys moves in the list, chooses or closes; it says whether the key was used up. */
  keys(event) {
    if (!this.owner || event.isComposing) return false;
    if (event.key === 'Escape' && (this.listing || this.note.textContent)) {
      event.preventDefault();
      this.hide();
      return true;
    }
    if (this.list.keys(event)) return true;
    const takes = ['Enter', 'Tab'].includes(event.key) && !event.shiftKey && this.list.active;
    if (!takes) return false;
    event.preventDefault();
    this.choose(this.list.active);
    return true;
  }
}
