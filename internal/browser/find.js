// How the tests find things in a page: by what a person sees.

/** named is what an element says, and what it is called. */
function named(node) {
  const labels = node.labels ? [...node.labels].map((l) => l.innerText) : [];
  return [node.innerText ?? '', node.getAttribute('aria-label') ?? '', node.getAttribute('placeholder') ?? '', node.value ?? '', ...labels].join('\n');
}

/** shown reports whether an element takes room and is not hidden. */
function shown(node) {
  return node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length > 0;
}

/** all lists the visible elements of a selector that say a text. */
function all(css, text) {
  return [...document.querySelectorAll(css)].filter((n) => shown(n) && (!text || named(n).includes(text)));
}

/** seen reports whether there is one. */
function seen(css, text) {
  return all(css, text).length > 0;
}

/** focused reports whether the element with the focus fits. */
function focused(css, text) {
  const node = document.activeElement;
  return Boolean(node?.matches(css) && (!text || named(node).includes(text)));
}

/**
 * hittable is the middle of the newest element that fits and can be pressed there,
 * once it was in the same place twice. It is scrolled to, as far as needed.
 */
function hittable(css, text) {
  for (const node of all(css, text).reverse()) {
    if (node.disabled || node.getAttribute('aria-disabled') === 'true') continue;
    for (const block of ['nearest', 'center']) { // at an edge, something may lie above it
      node.scrollIntoView({ block, inline: 'nearest', behavior: 'instant' });
      const box = node.getBoundingClientRect();
      const x = box.x + box.width / 2;
      const y = box.y + box.height / 2;
      const top = document.elementFromPoint(x, y);
      if (top && (node.contains(top) || top.contains(node) && top.closest('label'))) return take(node, x, y);
    }
  }
  return null;
}

/** take takes aim at an element, and notes whether it is hit. */
function take(node, x, y) {
  const before = window.aim;
  before?.end.abort();
  window.aim = { node, x, y, down: false, hit: false, end: new AbortController() };
  const { aim } = window;
  const within = ({ target }) => node.contains(target) || target.contains(node) && target.closest('label');
  const listen = { capture: true, signal: aim.end.signal };
  addEventListener('pointerdown', (event) => { aim.down = within(event); }, listen);
  addEventListener('pointerup', (event) => { aim.hit ||= aim.down && Boolean(within(event)); }, listen);
  return before?.node === node && before.x === x && before.y === y ? { X: x, Y: y } : null;
}
