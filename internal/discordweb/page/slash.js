// A command that is being filled in: its name and a pill for each option, in place of
// the text box of the composer.

import { h } from './dom.js';
import { face } from './faces.js';
import { nameOf } from './commands.js';
import { Pill, describe, labelOf } from './pill.js';
import { best } from './rank.js';
import { person } from './store.js';

/** Slash is the form of a command. Required options are there at once, the others as they are wanted. */
export class Slash {
  /**
   * @param {object} command
   * @param {object} around
   * @param {import('./suggest.js').Suggest} around.suggest
   * @param {function(Slash)} around.send is called at Enter
   * @param {function(string)} around.back goes back to the text box, with a text in it
   * @param {function(object, string, object): Promise<object>} around.complete asks the application for values
   */
  constructor(command, { suggest, send, back, complete }) {
    Object.assign(this, { command, suggest, send, back });
    this.complete = (option, typed) => complete(command, option, typed, this.args(option));
    this.pills = command.options.filter((o) => o.required).map((o) => new Pill(o, this));
    this.tail = h('input.slash-tail', {
      type: 'text', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', size: 1,
      role: 'combobox', 'aria-expanded': 'false', 'aria-autocomplete': 'list', 'aria-label': 'Further options', 'aria-describedby': 'suggest-head',
      on: {
        input: () => this.#tailTyped(), focus: () => this.#further(), click: () => this.#further(),
        blur: () => this.suggest.hide(this.tail), keydown: (event) => this.key(event, null),
      },
    });
    this.more = h('button.slash-more', { type: 'button', on: { click: () => this.tail.focus() } });
    const aside = (event) => event.target === this.node && this.focus();
    this.node = h('div.slash', { role: 'group', 'aria-label': `/${nameOf(command)}`, on: { click: aside } },
      h('span.slash-name', {}, face(person(command.app?.id) ?? command.app ?? { name: '?' }), `/${nameOf(command)}`),
      this.pills.map((p) => p.node), this.tail, this.more);
    this.#count();
  }

  /** args are the values of the options that are right so far, but for one. */
  args(except) {
    const given = this.pills
      .filter((pill) => !pill.empty && pill.option !== except)
      .map((pill) => [pill.option.name, pill.read().value]);
    return Object.fromEntries(given.filter(([, value]) => value !== undefined)); // a name may be "__proto__"
  }

  /** check marks what is wrong and goes to the first of it; it reports whether all is right. */
  check() {
    let first = null;
    for (const pill of this.pills) {
      pill.fail(pill.read().error ?? '');
      if (pill.error) first ??= pill;
    }
    if (first) {
      first.focus();
      first.suggest();
      return false;
    }
    const rest = this.tail.value.trim();
    if (!rest) return true;
    this.tail.focus();
    this.suggest.show(this.tail, { head: { name: rest, about: 'There is no such option.', error: true } });
    return false;
  }

  /** focus goes to the first option that is still empty. */
  focus() {
    (this.pills.find((p) => p.empty) ?? this.tail).focus();
  }

  /** next goes on to what is still empty after an option was chosen. */
  next(pill) {
    const after = this.pills.slice(this.pills.indexOf(pill) + 1);
    (after.find((p) => p.empty) ?? this.pills.find((p) => p.empty) ?? this.tail).focus();
  }

  /** key acts on a key in a pill, or with null in the box behind them. */
  key(event, pill) {
    if (event.isComposing || this.suggest.keys(event)) return;
    const input = pill?.input ?? this.tail;
    const act = {
      Enter: () => this.send(this),
      Escape: () => this.back(''),
      Backspace: () => !input.value && this.#backOver(pill),
      ArrowLeft: () => input.selectionEnd === 0 && this.#step(pill, -1),
      ArrowRight: () => input.selectionStart === input.value.length && this.#step(pill, 1),
      ArrowDown: () => (pill ? pill.suggest(true) : this.#further()),
    }[event.key];
    if (act && act() !== false) event.preventDefault();
  }

  /** #step goes to the pill before or after; false where there is none. */
  #step(pill, by) {
    const stops = [...this.pills, this.tail];
    const to = stops[stops.indexOf(pill ?? this.tail) + by];
    to?.focus();
    return Boolean(to);
  }

  /** #backOver is Backspace in an empty box: an optional one goes, a required one stays. */
  #backOver(pill) {
    const at = pill ? this.pills.indexOf(pill) : this.pills.length;
    if (pill && !pill.option.required) this.#drop(pill);
    if (at > 0) this.pills[at - 1].focus();
    else if (pill && !pill.option.required) this.focus();
    else if (this.pills.every((p) => p.empty)) this.back(`/${nameOf(this.command)}`);
  }

  #drop(pill) {
    this.pills = this.pills.filter((p) => p !== pill);
    pill.node.remove();
    this.#count();
  }

  /** split parts "dev stack:web" in the box of an option, and says whether there was something to part. */
  split(pill) {
    const own = `${labelOf(pill.option)}:`;
    const text = pill.text.startsWith(own) ? pill.text.slice(own.length).trimStart() : pill.text;
    const found = this.#named(text, pill);
    if (found) {
      pill.put(found.before);
      this.fill(text.slice(found.at));
    } else if (text !== pill.text) {
      pill.put(text);
      pill.suggest();
    }
    return text !== pill.text || Boolean(found);
  }

  /**
   * fill takes over a line of options as people type them, "project:dev stack:web":
   * a value runs to the next name of an option that is still empty.
   */
  fill(line) {
    let rest = line;
    let pill = null;
    for (let found = this.#named(rest, pill); found; found = this.#named(rest, pill)) {
      if (found.before) (pill ?? this.pills.find((p) => p.empty))?.put(found.before);
      pill = this.pills.find((p) => p.option === found.option) ?? this.#add(found.option);
      rest = found.after;
    }
    pill ??= this.pills.find((p) => p.empty);
    if (pill) pill.put(rest.trimStart());
    else this.tail.value = rest.trimStart();
    this.#count();
    if (pill) pill.focus();
    else this.tail.focus();
    pill?.suggest();
  }

  /** #named finds the first "name:" of an option that is not filled in, other than a pill's own. */
  #named(text, pill) {
    let first = null;
    for (const option of this.command.options) {
      const there = this.pills.find((p) => p.option === option);
      if (option === pill?.option || (there && !there.empty)) continue;
      const mark = `${labelOf(option)}:`;
      const at = ` ${text.replace(/\s/g, ' ')}`.indexOf(` ${mark}`);
      if (at < 0 || (first && first.at <= at)) continue;
      first = { option, at, before: text.slice(0, at).trim(), after: text.slice(at + mark.length) };
    }
    return first;
  }

  #add(option) {
    const pill = new Pill(option, this);
    this.pills.push(pill);
    this.tail.before(pill.node);
    this.#count();
    return pill;
  }

  get #left() {
    return this.command.options.filter((o) => !this.pills.some((p) => p.option === o));
  }

  #count() {
    const n = this.#left.length;
    this.more.hidden = n === 0;
    this.more.textContent = `+${n} optional`;
  }

  #tailTyped() {
    this.tail.size = Math.max(1, this.tail.value.length);
    const found = this.#named(this.tail.value, null);
    if (found && !found.before) {
      this.tail.value = '';
      this.fill(`${labelOf(found.option)}:${found.after}`);
    } else {
      this.#further();
    }
  }

  /** #further shows the options that could be added. Enter sends as long as none is looked for. */
  #further() {
    const typed = this.tail.value;
    const items = best(typed, this.#left, (o) => [labelOf(o)]).map((o) => ({
      value: o.name, title: labelOf(o), detail: describe(o), group: 'Optional', option: o, data: { option: o.name },
    }));
    this.suggest.show(this.tail, {
      items, note: typed.trim() && !items.length ? 'No options match your search.' : '',
      active: typed.trim() ? 0 : -1, label: 'Further options',
      choose: (item) => { this.tail.value = ''; this.#add(item.option).focus(); },
    });
  }
}
