// The components of a message: buttons, menus, and what they stand in. Each keeps
// its element over the edits of its message, found again by its custom id, so that
// an edit takes neither the focus nor an open menu from anybody. Bots may give a
// component another id with each edit: then it is found by its name and its place.

import { drawFile, drawPicture, outside } from './attachment.js';
import { fill, h, sync } from './dom.js';
import { hex } from './colour.js';
import { emojiOf } from './faces.js';
import { markdown } from './markdown.js';
import { makeSelect } from './select.js';
import { busy, dots } from './waiting.js';

/**
 * Components draws a message's components.
 *
 * @param {function(object, string[]=): Promise<void>} press presses a component, with
 *   the values chosen; it never rejects
 */
export class Components {
  constructor(press) {
    this.press = press;
    this.views = new Map(); // by key: {node, update(component, children, accessory, files), place}
    this.node = h('div.components');
  }

  /** update draws them as they are now. */
  update(components, files) {
    this.seen = new Set();
    this.keys = new Set(keysOf(components));
    this.files = files;
    sync(this.node, components.map((c, i) => this.#draw(c, `${i}`)));
    for (const key of this.views.keys()) if (!this.seen.has(key)) this.views.delete(key);
    this.node.hidden = components.length === 0;
  }

  #draw(component, path) {
    const key = keyOf(component) ?? `${component.type}/${path}`;
    const place = `${component.type}/${path}/${component.label ?? component.placeholder ?? ''}`;
    this.seen.add(key);
    if (!this.views.has(key)) this.views.set(key, this.#renamed(place) ?? (makers[component.type] ?? makeUnknown)(this.press));
    const view = this.views.get(key);
    view.place = place;
    const children = childrenOf(component).map((c, i) => this.#draw(c, `${path}.${i}`));
    const accessory = accessoryOf(component) ? this.#draw(component.accessory, `${path}.a`) : null;
    view.update(component, children, accessory, this.files);
    return view.node;
  }

  /** #renamed takes the view at a place whose custom id is no more. */
  #renamed(place) {
    const [key, view] = [...this.views].find(([k, v]) => v.place === place && !this.keys.has(k)) ?? [];
    if (view) this.views.delete(key);
    return view;
  }
}

/** keyOf finds a component again that has a custom id; null if it has none. */
const keyOf = ({ type, custom_id: id }) => (id ? `${type}/id/${id}` : null);

/** keysOf are the keys of components and of all that they hold. */
function keysOf(components) {
  return components.flatMap((c) => [keyOf(c), ...keysOf([...childrenOf(c), accessoryOf(c) ?? []].flat())]);
}

// What other kinds hold, thousands deep perhaps, nobody checks, and it is not drawn.
const section = 9;
const holders = new Set([1, section, 17]);
const childrenOf = (c) => (holders.has(c.type) ? c.components ?? [] : []);
const accessoryOf = (c) => (c.type === section ? c.accessory : null);

const makers = {
  1: makeRow, 2: makeButton, 3: makeSelect, 5: makeSelect, 6: makeSelect, 7: makeSelect, 8: makeSelect,
  9: makeSection, 10: leaf('div.text-display.markdown', (c) => markdown(c.content ?? '')),
  11: leaf('div.component-thumbnail', (c) => drawPicture(c.media?.url, { description: c.description })),
  12: leaf('div.gallery', (c) => (c.items ?? []).map((item) => drawPicture(item.media?.url, { description: item.description }))),
  13: leaf('div', drawNamedFile), 14: makeSeparator, 17: makeContainer,
};

/** leaf makes a component that holds no others, and is drawn anew when it changes. */
function leaf(tag, draw) {
  return () => {
    const node = h(tag);
    let drawn = '';
    return {
      node,
      update(component, _children, _accessory, files) {
        const now = JSON.stringify([component, files]);
        if (now === drawn) return;
        drawn = now;
        fill(node, draw(component, files));
      },
    };
  };
}

/** drawNamedFile draws the file that a component names: "attachment://plan.txt". */
function drawNamedFile(component, files = []) {
  const url = component.file?.url ?? '';
  const file = files.find((f) => f.url === url || `attachment://${f.filename}` === url);
  return drawFile(file ?? { url, filename: url.split('/').at(-1) || 'file' });
}

function makeRow() {
  const node = h('div.action-row');
  return { node, update: (_component, children) => sync(node, children) };
}

function makeSection() {
  const text = h('div.section-text');
  const side = h('div.section-side');
  const update = (_component, children, accessory) => {
    sync(text, children);
    sync(side, accessory ? [accessory] : []);
  };
  return { node: h('div.section', {}, text, side), update };
}

function makeContainer() {
  const node = h('div.container');
  const update = (component, children) => {
    const accent = hex(component.accent_color);
    node.classList.toggle('accented', accent !== '');
    node.style.setProperty('border-left-color', accent);
    sync(node, children);
  };
  return { node, update };
}

function makeSeparator() {
  const node = h('hr.separator');
  const update = ({ divider, spacing }) => {
    node.classList.toggle('bare', divider === false);
    node.classList.toggle('wide', spacing === 2);
  };
  return { node, update };
}

function makeUnknown() {
  return { node: h('div', { hidden: true }), update: () => {} };
}

const linkStyle = 5;
const styles = { 1: 'primary', 2: 'secondary', 3: 'success', 4: 'danger', 5: 'secondary', 6: 'primary' };

/** makeButton makes a button, or a link that looks like one. */
function makeButton(press) {
  const label = h('span.button-label');
  const button = h('button.component-button', { type: 'button' }, label, dots());
  const node = h('span.button-place');
  let now = null;
  let drawn = '';
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-busy') === 'true') return;
    busy(button, true);
    await press(now);
    busy(button, false);
  });
  const update = (component) => {
    now = component;
    const json = JSON.stringify(component);
    if (json === drawn) return; // a link keeps the focus
    drawn = json;
    const content = [emojiOf(component.emoji), component.label ? h('span', {}, component.label) : null];
    if (component.style === linkStyle) {
      fill(node, h('a.component-button.secondary', outside(component.url), content, h('span.arrow', { 'aria-hidden': 'true' }, '↗')));
      return;
    }
    fill(label, content);
    button.className = `component-button ${styles[component.style] ?? 'secondary'}`;
    button.disabled = Boolean(component.disabled);
    button.dataset.customId = component.custom_id ?? '';
    if (component.label) button.removeAttribute('aria-label');
    else button.setAttribute('aria-label', component.emoji?.name ?? 'Button');
    sync(node, [button]);
  };
  return { node, update };
}
