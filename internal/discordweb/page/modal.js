// The form that an application opened, as Discord shows it.

import { h, one, svg } from './dom.js';
import { face } from './faces.js';
import { fieldOf } from './fields.js';
import { icons } from './icons.js';
import { markdown } from './markdown.js';
import { call } from './socket.js';
import { person, state, watch } from './store.js';

const actionRow = 1;
const textDisplay = 10;
const label = 18;

const typed = new Map(); // by form: what was typed into one that was closed unsent
let shown = null; // there is one form at a time

// A form is its person's.
watch('ready', () => {
  if (shown && shown.who !== state.me.id) shown.close();
});

/**
 * openModal shows a form, in place of one that is open.
 *
 * @param {{key: string, title: string, channel: string, components: object[], app?: object}} modal
 */
export function openModal(modal) {
  shown?.close();
  shown = new Form(modal);
  shown.open();
}

/** Form is a form that is open. */
class Form {
  constructor(modal) {
    this.modal = modal;
    this.who = state.me.id;
    // The same form with the same contents for the same person is the same form.
    this.same = JSON.stringify([this.who, modal.title, modal.components]);
    this.fields = [];
    this.sending = false;
    this.node = this.#draw();
  }

  #draw() {
    const body = this.modal.components.map((c) => this.#part(c));
    const kept = typed.get(this.same) ?? {};
    for (const field of this.fields) if (Object.hasOwn(kept, field.id)) field.put(kept[field.id]);
    this.problem = h('div.modal-problem', { role: 'alert' });
    this.submitButton = h('button.form-button.primary', { type: 'submit' }, 'Submit');
    const form = h('form.modal-form', { novalidate: true, on: { submit: (event) => { event.preventDefault(); this.submit(); } } },
      this.#head(),
      h('div.modal-body', {}, body),
      h('div.modal-foot', {}, this.problem,
        h('div.modal-buttons', {},
          h('button.form-button.secondary', { type: 'button', on: { click: () => this.close() } }, 'Cancel'), this.submitButton)));
    return h('dialog.modal', {
      'aria-labelledby': 'modal-title',
      on: {
        cancel: (event) => { event.preventDefault(); this.close(); },
        pointerdown: (event) => { this.aimed = this.#onVeil(event); },
        click: (event) => { if (this.aimed && this.#onVeil(event)) this.close(); },
      },
    }, form);
  }

  #head() {
    const { app, title } = this.modal;
    return h('header.modal-head', {},
      app ? face(person(app.id) ?? app) : null,
      h('div.modal-titles', {}, h('h2', { id: 'modal-title' }, title), app ? h('div.modal-app', {}, app.name) : null),
      h('button.modal-close', { type: 'button', 'aria-label': 'Close', on: { click: () => this.close() } }, svg(icons.cross)));
  }

  #part(component) {
    if (component.type === textDisplay) return h('div.modal-text.markdown', {}, markdown(component.content ?? ''));
    const inner = component.type === label ? component.component : component.type === actionRow ? component.components?.[0] : null;
    if (!inner) return null;
    const field = fieldOf(inner, component.label ?? inner.label ?? '', component.description);
    this.fields.push(field);
    return field.node;
  }

  open() {
    this.before = document.activeElement;
    one('#layers').append(this.node);
    this.node.showModal();
    (this.fields[0] ?? this.submitButton).focus();
  }

  /** close takes the form away; what was typed is there when the same form comes again. */
  close() {
    if (shown !== this) return;
    shown = null;
    typed.set(this.same, this.values());
    this.#away();
  }

  #away() {
    this.node.close();
    this.node.remove();
    if (this.before?.isConnected) this.before.focus();
  }

  values() {
    return Object.fromEntries(this.fields.filter((f) => f.id).map((f) => [f.id, f.value()]));
  }

  async submit() {
    if (this.sending || !this.#right()) return;
    this.#busy(true);
    try {
      await call('submit', { modal: this.modal.key, fields: this.values() });
      typed.delete(this.same);
      if (shown === this) {
        shown = null;
        this.#away();
      }
    } catch (refused) {
      this.#refused(refused);
    } finally {
      this.#busy(false);
    }
  }

  /** #right checks every field, and goes to the first that is wrong. */
  #right() {
    this.problem.textContent = '';
    let first = null;
    for (const field of this.fields) {
      const wrong = field.check();
      field.fail(wrong);
      if (wrong) first ??= field;
    }
    first?.focus();
    return !first;
  }

  #refused(refused) {
    if (shown !== this) return; // closed meanwhile: nobody waits for it
    const field = this.fields.find((f) => f.id && f.id === refused.field);
    if (field) {
      field.fail(refused.message);
      field.focus();
      return;
    }
    this.problem.textContent = refused.code === 'failed' ? 'Something went wrong. Try again.' : refused.message;
  }

  /** #onVeil reports whether something happened beside the form: the veil belongs to the dialog itself. */
  #onVeil({ target, clientX: x, clientY: y }) {
    const box = this.node.getBoundingClientRect();
    return target === this.node && (x < box.left || x > box.right || y < box.top || y > box.bottom);
  }

  #busy(on) {
    this.sending = on;
    this.submitButton.classList.toggle('loading', on);
    this.submitButton.setAttribute('aria-busy', String(on));
  }
}
