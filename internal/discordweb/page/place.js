// Puts the tour's card where it covers nothing that it speaks of, and no open list.

const gap = 16; // pixels to the edges and to the target
const lists = '[role="listbox"]'; // what opens at a target, and is as much in use
const corners = ['bottom-right', 'top-right', 'bottom-left', 'top-left'];

/** isPhone is a window so narrow that the card is a bar. */
const isPhone = () => matchMedia('(max-width: 640px)').matches;

/**
 * place draws the ring around a target, and the card where it does not cover it.
 *
 * @param {HTMLElement} card
 * @param {HTMLElement} ring
 * @param {HTMLElement|null} target none: the ring is hidden
 */
export function place(card, ring, target) {
  const box = target?.getBoundingClientRect();
  const seen = box && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  ring.hidden = !seen;
  if (seen) {
    // Within the window, so that all of the ring is seen.
    const edge = (v, most) => Math.min(Math.max(v, 2), most - 2);
    const [left, top] = [edge(box.left - 4, innerWidth), edge(box.top - 4, innerHeight)];
    move(ring, { left, top, width: edge(box.right + 4, innerWidth) - left, height: edge(box.bottom + 4, innerHeight) - top });
  }
  const taken = [...document.querySelectorAll(lists)].filter((node) => node.checkVisibility()).map((node) => node.getBoundingClientRect());
  if (seen) taken.push(box);
  const choices = isPhone() ? ['bottom', 'top'] : corners;
  const free = choices.find((corner) => {
    card.dataset.corner = corner;
    const at = card.getBoundingClientRect();
    return !taken.some((other) => overlap(at, other));
  });
  card.dataset.corner = free ?? choices[0];
}

function move(node, box) {
  for (const [property, v] of Object.entries(box)) node.style.setProperty(property, `${Math.round(v)}px`);
}

const overlap = (a, b) => a.left < b.right + gap && b.left < a.right + gap && a.top < b.bottom + gap && b.top < a.bottom + gap;
