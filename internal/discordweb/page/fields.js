// The fields of a form that an application opened, by the type of their component.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { kinds, pickable, preset } from './pickable.js';
import { openPicker } from './picker.js';

const textInput = 4;
const longest = 4000; // characters, where a text input names no limit
const radiosUpTo = 4; // so many options of which one is needed are shown at once

let made = 0;

/**
 * Field is one field of a form.
 *
 * @typedef {object} Field
 * @property {string} id the custom id
 * @property {HTMLElement} node
 * @property {function(): (string|string[])} value
 * @property {function(string|string[])} put sets the value
 * @property {function(): string} check what is wrong with the value, or ""
 * @property {function(string)} fail shows what is wrong, or with "" nothing
 * @property {function()} focus
 */

/**
 * fieldOf makes a field.
 *
 * @param {object} component Discord's: a text input or a select
 * @param {string} label
 * @param {string} [description]
 * @returns {Field}
 */
export function fieldOf(component, label, description = '') {
  const id = `field-${++made}`;
  const needed = component.required !== false;
  const error = h('div.field-error', { id: `${id}-error`, role: 'alert' });
  const tell = () => fail('');
  const input = inputOf(component, { id, label, needed, tell });
  const node = h('div.field', { data: { field: component.custom_id ?? '' } },
    h(input.group ? 'div.field-label' : 'label.field-label', { id: `${id}-label`, for: input.group ? null : id },
      label, needed && !input.fixed ? h('span.field-star', { 'aria-hidden': 'true' }, '*') : null),
    description ? h('div.field-description', { id: `${id}-about` }, description) : null,
    input.node, error);
  const about = [description ? `${id}-about` : '', `${id}-error`].filter(Boolean).join(' ');
  input.target.setAttribute('aria-describedby', about);
  const fail = (text) => {
    error.textContent = text;
    node.classList.toggle('wrong', text !== '');
    if (text) input.target.setAttribute('aria-invalid', 'true');
    else input.target.removeAttribute('aria-invalid');
  };
  return { id: component.custom_id, node, fail, value: input.value, put: input.put, check: input.check, focus: input.focus };
}

function inputOf(component, about) {
  if (component.type === textInput) return textField(component, about);
  if (!kinds[component.type]) return unknownField(about);
  const one = component.type === 3 && (component.max_values ?? 1) === 1 && about.needed;
  if (one && component.options.length <= radiosUpTo) return radioField(component, about);
  return selectField(component, about);
}

/** textField is a line or a paragraph of text, with a counter near its limit. */
function textField(component, { id, needed, tell }) {
  const most = component.max_length ?? longest;
  const least = component.min_length ?? 0;
  const counter = h('span.field-counter', { 'aria-live': 'polite' });
  const long = component.style === 2;
  const count = () => {
    const left = most - size(input.value);
    counter.textContent = left <= Math.min(100, Math.max(3, most / 5)) && input.value ? String(left) : '';
    counter.classList.toggle('over', left < 0);
  };
  const input = h(long ? 'textarea.field-text.long' : 'input.field-text', {
    id, type: long ? null : 'text', rows: long ? 4 : null, placeholder: component.placeholder, autocomplete: 'off',
    'aria-required': needed ? 'true' : null, data: { customId: component.custom_id }, value: component.value ?? '',
    on: { input: () => { count(); tell(); } },
  });
  count();
  return {
    node: h('div.field-box', {}, input, counter), target: input, focus: () => input.focus(), value: () => input.value,
    put: (value) => { input.value = value; count(); },
    check: () => textError(size(input.value), { needed, least, most }),
  };
}

/** size is the length of a text as Discord counts it: in characters, not in halves of them. */
const size = (text) => [...text].length;

function textError(length, { needed, least, most }) {
  if (!length) return needed ? 'This field is required.' : '';
  if (length >= least && length <= most) return '';
  if (least === most) return `Must be exactly ${most} in length.`;
  if (length > most && !least) return `Must be ${most} or fewer in length.`;
  return `Must be between ${least} and ${most} in length.`;
}

/** selectField is a button that opens the picker. */
function selectField(component, { id, label, needed, tell }) {
  const kind = kinds[component.type];
  const from = { options: component.options ?? [], channelTypes: component.channel_types ?? [] };
  const min = needed ? Math.max(1, component.min_values ?? 1) : component.min_values ?? 0;
  const max = component.max_values ?? 1;
  const placeholder = component.placeholder || 'Make a selection';
  let values = preset(component);
  const text = h('span.select-text', { id: `${id}-text` });
  const draw = () => {
    const picked = pickable(kind, from).filter((item) => values.includes(item.value));
    fill(text, picked.length ? picked.map((item) => h('span.select-value', {}, item.icon?.(), item.title)) : placeholder);
    button.classList.toggle('empty', !picked.length);
  };
  const pick = async () => {
    button.setAttribute('aria-expanded', 'true');
    const next = await openPicker({ anchor: button, kind, ...from, min: needed ? min : 0, max, chosen: values, placeholder: label });
    button.setAttribute('aria-expanded', 'false');
    if (!next) return;
    values = next;
    draw();
    tell();
  };
  const button = h('button.field-select', {
    id, type: 'button', 'aria-haspopup': 'listbox', 'aria-expanded': 'false', 'aria-labelledby': `${id}-label ${id}-text`,
    data: { customId: component.custom_id }, disabled: component.disabled,
    on: { click: pick, keydown: (event) => { if (['ArrowDown', 'ArrowUp'].includes(event.key)) { event.preventDefault(); pick(); } } },
  }, text, svg(icons.arrow));
  draw();
  return {
    node: button, target: button, focus: () => button.focus(), value: () => values,
    put: (next) => { values = next; draw(); },
    check: () => countError(values.length, { needed, min, max }),
  };
}

function countError(n, { needed, min, max }) {
  if (!n) return needed ? 'This field is required.' : '';
  if (n < min) return `Pick at least ${min}.`;
  return n > max ? `Pick ${max} at most.` : '';
}

/** radioField shows a few options of which one is needed all at once. */
function radioField(component, { id, tell }) {
  const radios = component.options.map((o) => h('input', {
    type: 'radio', name: id, value: o.value, checked: o.default, data: { value: o.value }, on: { change: tell },
  }));
  const node = h('div.field-radios', { id, role: 'radiogroup', 'aria-labelledby': `${id}-label`, 'aria-required': 'true', data: { customId: component.custom_id } },
    component.options.map((o, i) => h('label.field-radio', {}, radios[i],
      h('span.list-text', {}, h('span.list-title', {}, o.label), o.description ? h('span.list-detail', {}, o.description) : null))));
  const value = () => radios.filter((r) => r.checked).map((r) => r.value);
  return {
    node, target: node, group: true, value, focus: () => (radios.find((r) => r.checked) ?? radios[0]).focus(),
    put: (values) => radios.forEach((r) => { r.checked = values.includes(r.value); }),
    check: () => (value().length ? '' : 'This field is required.'),
  };
}

/** unknownField stands for what this page cannot send, such as files. */
function unknownField({ id }) {
  const node = h('div.field-unknown', { id }, 'Files cannot be sent from this page.');
  return { node, target: node, group: true, fixed: true, value: () => [], put: () => {}, focus: () => {}, check: () => '' };
}
