// One option of a command in the composer: its name, and a box for its value.

import { h } from './dom.js';
import { choiceItem, offers, read, shown, suggestions } from './options.js';

const quiet = 150; // milliseconds without a key before the application is asked

const noFiles = 'Files cannot be sent from this page.';

let made = 0;

/** Pill is an option that is being filled in. Its form says what happens around it. */
export class Pill {
  /**
   * @param {object} option
   * @param {import('./slash.js').Slash} form
   */
  constructor(option, form) {
    this.option = option;
    this.form = form;
    this.item = null; // what was chosen, as long as the text is its
    this.error = '';
    this.turn = 0; // the newest question to the application; older answers are late
    const id = `option-${++made}`;
    this.input = h('input.pill-value', {
      id, type: 'text', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', size: 1,
      role: offers(option) ? 'combobox' : null, 'aria-expanded': offers(option) ? 'false' : null,
      'aria-autocomplete': offers(option) ? 'list' : null, 'aria-required': option.required ? 'true' : null,
      inputmode: ['integer', 'number'].includes(option.type) ? 'decimal' : null,
      'aria-describedby': 'suggest-head', data: { option: option.name },
      on: {
        input: () => this.#typed(), focus: () => this.suggest(), blur: () => this.#left(),
        keydown: (event) => this.form.key(event, this), click: () => this.suggest(),
      },
    });
    this.node = h('span.pill', { data: { pill: option.name } },
      h('label.pill-name', { for: id }, labelOf(option)), this.input);
  }

  get text() {
    return this.input.value;
  }

  get empty() {
    return !this.text.trim();
  }

  /** put writes a value as if it had been typed. */
  put(text) {
    this.input.value = text;
    this.#changed();
  }

  /** take chooses an item. */
  take(item) {
    this.put(shown(item));
    this.item = item;
    this.form.next(this);
  }

  /** read is {value} or {error}: an option that is there must be filled in, as in Discord. */
  read() {
    if (this.option.type === 'attachment') return { error: noFiles };
    return this.empty ? { error: 'This option is required. Specify a value.' } : read(this.option, this.text, this.item);
  }

  /** fail marks it as wrong, and says why; "" takes that back. */
  fail(error) {
    this.error = error;
    this.node.classList.toggle('wrong', error !== '');
    if (error) this.input.setAttribute('aria-invalid', 'true');
    else this.input.removeAttribute('aria-invalid');
  }

  focus() {
    this.input.focus();
    const end = this.text.length;
    this.input.setSelectionRange(end, end);
  }

  #typed() {
    this.#changed();
    if (this.form.split(this)) return;
    this.suggest();
  }

  #changed() {
    this.item = null;
    this.fail('');
    this.input.title = this.text; // a long one is cut while the focus is elsewhere
    this.input.size = Math.max(1, Math.min(60, this.text.length));
  }

  #left() {
    clearTimeout(this.timer);
    this.turn++;
    if (!this.empty) this.fail(this.read().error ?? '');
    this.form.suggest.hide(this.input);
  }

  /** suggest shows what can be filled in here; once something was chosen, only when asked again. */
  suggest(again = false) {
    this.turn++;
    clearTimeout(this.timer);
    if ((this.item && !again) || !offers(this.option)) {
      this.#show({});
    } else if (this.option.autocomplete && !this.option.choices?.length) {
      this.#ask(this.turn);
    } else {
      const items = suggestions(this.option, this.item ? '' : this.text);
      this.#show({ items, note: items.length ? '' : 'No options match your search.' });
    }
  }

  /** #ask asks the application for values, once the keys have been quiet for a moment. */
  #ask(turn) {
    const late = () => turn !== this.turn || this.form.suggest.owner !== this.input;
    if (!this.form.suggest.listing || this.form.suggest.owner !== this.input) this.#show({ note: 'Loading…' });
    else this.#show({ items: this.form.suggest.list.items, active: -1 });
    this.timer = setTimeout(async () => {
      try {
        const { choices = [] } = await this.form.complete(this.option, this.item ? '' : this.text);
        if (!late()) this.#show({ items: choices.map(choiceItem), note: choices.length ? '' : 'No options match your search.' });
      } catch {
        if (!late()) this.#show({ note: 'Loading options failed' });
      }
    }, quiet);
  }

  #show({ items = [], note = '', active = 0 }) {
    const { option, error } = this;
    this.form.suggest.show(this.input, {
      head: { name: labelOf(option), about: error || describe(option), error: error !== '' },
      items, note, active, label: labelOf(option), choose: (item) => this.take(item),
    });
  }
}

/** describe is what an option is for, and that a file cannot be given. */
export const describe = (option) => (option.type === 'attachment' ? `${option.description} · ${noFiles}` : option.description);

/** labelOf is an option's name as it is shown and typed. */
export const labelOf = (option) => option.label || option.name;
