// Puts the tour's ring around what it speaks of, and makes room for what has a place
// of its own at an edge of the page, so that it covers nothing.

/**
 * place draws the ring around a target.
 *
 * @param {HTMLElement} ring
 * @param {HTMLElement|null} target none: the ring is hidden
 */
export function place(ring, target) {
  const box = target?.getBoundingClientRect();
  // Within what scrolls with it, and the window, so that all of the ring is seen.
  const frame = target?.closest('#feed, #channels')?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, innerHeight);
  const seen = box && box.width > 0 && box.bottom > frame.top && box.top < frame.bottom;
  ring.hidden = !seen;
  if (!seen) return;
  const across = (v) => Math.min(Math.max(v, 2), innerWidth - 2);
  const down = (v) => Math.min(Math.max(v, frame.top + 2), frame.bottom - 2);
  const [left, top] = [across(box.left - 4), down(box.top - 4)];
  move(ring, { left, top, width: across(box.right + 4) - left, height: down(box.bottom + 4) - top });
}

/** makeRoom keeps the page out of an element's way: the sheets know its height by a name, such as "--tour". */
export function makeRoom(node, name) {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty(name, `${node.offsetHeight}px`);
  }).observe(node);
}

function move(node, box) {
  for (const [property, v] of Object.entries(box)) node.style.setProperty(property, `${Math.round(v)}px`);
}
