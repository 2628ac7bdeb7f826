// The only way in which this page makes elements. Text becomes text nodes and
// nothing else, so that what people write can never become markup.

/**
 * h makes an element.
 *
 * @param {string} tag "div", or with classes "div.message.mine"
 * @param {object} [attributes] `on: {click: f}` listens; `style: {…}` and `data: {…}`
 *   set properties; `true` makes an empty attribute, false, null and undefined make none
 * @param {...(Node|string|number|null|undefined|false|Array)} children
 * @returns {HTMLElement}
 */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const node = document.createElement(name || 'div');
  if (classes.length) node.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes ?? {})) set(node, key, value);
  add(node, children);
  return node;
}

function set(node, key, value) {
  if (value === undefined || value === null || value === false) return;
  switch (key) {
    case 'on':
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
      return;
    case 'style':
      for (const [property, v] of Object.entries(value)) node.style.setProperty(property, v);
      return;
    case 'data':
      Object.assign(node.dataset, value);
      return;
    case 'class':
      node.classList.add(...String(value).split(' ').filter(Boolean));
      return;
    case 'value':
      node.value = value;
      return;
    case 'href':
    case 'src':
      node.setAttribute(key, safeAddress(value));
      return;
  }
  node.setAttribute(key, value === true ? '' : String(value));
}

/** add appends children: nodes, texts, and lists of them; nothing for null and false. */
export function add(node, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** fill replaces what an element holds. */
export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, ...children);
}

/** one finds the element of a selector within another, or in the document. */
export const one = (selector, within = document) => within.querySelector(selector);

/** safeAddress is a link that may be followed: http, https, or this server's own; else "#". */
export function safeAddress(address) {
  try {
    const url = new URL(address, location.href);
    return ['http:', 'https:'].includes(url.protocol) ? url.href : '#';
  } catch {
    return '#';
  }
}

/** svg makes an icon of 24 by 24 from the data of its path. */
export function svg(path, label) {
  const ns = 'http://www.w3.org/2000/svg';
  const node = document.createElementNS(ns, 'svg');
  node.setAttribute('viewBox', '0 0 24 24');
  node.setAttribute('class', 'icon');
  if (label) {
    node.setAttribute('role', 'img');
    node.setAttribute('aria-label', label);
  } else {
    node.setAttribute('aria-hidden', 'true');
  }
  const shape = document.createElementNS(ns, 'path');
  shape.setAttribute('d', path);
  node.append(shape);
  return node;
}

/** sync makes an element hold these nodes in this order, and moves none that is in its place. */
export function sync(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}
