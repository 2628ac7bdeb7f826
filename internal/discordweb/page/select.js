// The select menus of a message. Closed they show what is chosen; the picker
// opens them.

import { fill, h, svg } from './dom.js';
import { emojiOf } from './faces.js';
import { icons } from './icons.js';
import { kinds, preset } from './pickable.js';
import { openPicker } from './picker.js';
import { channel, person, role } from './store.js';
import { busy, dots } from './waiting.js';

const nothing = 'Make a selection';

/** makeSelect makes a select menu of any kind: see Components. */
export function makeSelect(press) {
  const text = h('span.component-select-text');
  const node = h('button.component-select', { type: 'button', 'aria-haspopup': 'listbox' }, text, dots(), svg(icons.arrow));
  let now = null;
  let drawn = '';
  let chosen = [];
  const show = () => {
    const names = chosen.map((value) => valueOf(now, value));
    const placeholder = now.placeholder || nothing;
    fill(text, names.length ? names.map((n) => h('span.component-select-value', { title: n.name }, emojiOf(n.emoji), h('span.component-select-name', {}, n.name))) : placeholder);
    node.classList.toggle('empty', names.length === 0);
    node.setAttribute('aria-label', names.length ? `${placeholder}: ${names.map((n) => n.name).join(', ')}` : placeholder);
  };
  node.addEventListener('click', async () => {
    if (node.getAttribute('aria-busy') === 'true') return;
    const values = await openPicker({
      anchor: node, kind: kinds[now.type], options: now.options ?? [], channelTypes: now.channel_types ?? [],
      min: now.min_values ?? 1, max: now.max_values ?? 1, chosen, placeholder: now.placeholder,
    });
    if (values === null) return;
    chosen = values;
    show();
    busy(node, true);
    await press(now, values);
    busy(node, false);
  });
  const update = (component) => {
    const json = JSON.stringify(component);
    now = component;
    if (json === drawn) return; // what was chosen stays until the menu is another one
    drawn = json;
    chosen = preset(component);
    node.disabled = Boolean(component.disabled);
    node.dataset.customId = component.custom_id ?? '';
    show();
  };
  return { node, update };
}

/** valueOf is the name of something chosen. */
function valueOf(component, value) {
  if (component.type === 3) {
    const option = component.options?.find((o) => o.value === value);
    return { name: option?.label ?? value, emoji: option?.emoji };
  }
  const known = person(value)?.name ?? (role(value) ? `@${role(value).name}` : null) ?? (channel(value) ? `#${channel(value).name}` : null);
  return { name: known ?? value };
}
