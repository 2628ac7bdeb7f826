// Puts the tour's ring around what it speaks of. Its card has a place of its own, at
// the foot of the channels and on a phone at the foot of the page, so that it covers
// nothing; the sheets know its height as --tour.

/**
 * place draws the ring around a target.
 *
 * @param {HTMLElement} ring
 * @param {HTMLElement|null} target none: the ring is hidden
 */
export function place(ring, target) {
  const box = target?.getBoundingClientRect();
  const seen = box && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  ring.hidden = !seen;
  if (!seen) return;
  // Within the window, so that all of the ring is seen.
  const edge = (v, most) => Math.min(Math.max(v, 2), most - 2);
  const [left, top] = [edge(box.left - 4, innerWidth), edge(box.top - 4, innerHeight)];
  move(ring, { left, top, width: edge(box.right + 4, innerWidth) - left, height: edge(box.bottom + 4, innerHeight) - top });
}

/** makeRoom keeps the page out of the card's way, whatever its height. */
export function makeRoom(card) {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty('--tour', `${card.offsetHeight}px`);
  }).observe(card);
}

function move(node, box) {
  for (const [property, v] of Object.entries(box)) node.style.setProperty(property, `${Math.round(v)}px`);
}
