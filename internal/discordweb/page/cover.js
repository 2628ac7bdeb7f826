// In a narrow window the open channels lie on the messages, and the panel on both:
// what is covered is out of reach for the keyboard too.

import { one } from './dom.js';

const phone = matchMedia('(max-width: 640px)'); // as in the sheets
const narrow = matchMedia('(max-width: 900px)');

for (const width of [phone, narrow]) width.addEventListener('change', cover);

/** isDrawerOpen reports whether the channels of a phone are open. */
export const isDrawerOpen = () => phone.matches && one('#app').classList.contains('drawer-open');

/** isPanelOver reports whether the panel lies on all the rest. */
export const isPanelOver = () => narrow.matches && !one('#panel').hidden;

/** cover is called when one of them opens or closes. */
export function cover() {
  one('#sidebar').inert = isPanelOver();
  one('#main').inert = isPanelOver() || isDrawerOpen();
}
