// Switches for what can go wrong, and what one should see when it does.

import { fill, h } from './dom.js';
import { call } from './socket.js';
import { state, watch } from './store.js';
import { showBanner, toast } from './toast.js';
import { busy } from './waiting.js';

/**
 * faults by name. `lasts`: it is on until it is switched off; otherwise it
 * happens once. `banner` is said on the page while it lasts. `own`: it happens to the
 * bot, and not on its way to Discord.
 */
const faults = {
  drop: { label: 'Drop the gateway', does: 'Cuts the bot’s connection. It resumes by itself within seconds; a click made meanwhile is answered late, or fails and can be made again.' },
  reconnect: { label: 'Ask it to reconnect', does: 'Discord does this daily. The bot comes back without losing an event.' },
  restart: { label: 'Restart the bot', own: true, doing: 'Restarting…', banner: 'The bot is restarting: what is pressed or sent now may fail', does: 'Stops the bot and starts it anew. An apply goes on meanwhile, and its thread continues where it stopped.' },
  silence: { label: 'Silence', lasts: true, banner: 'Discord says nothing to the bot', does: 'Connections stay open and nothing arrives. The bot notices that no heartbeat is answered, and connects anew.' },
  offline: { label: 'Discord is offline', lasts: true, banner: 'Discord is offline for the bot', does: 'The bot cannot reach Discord at all. Terraform goes on; what the bot owes the channel is posted when Discord is back, each thing once.' },
  limit: { label: 'Answer 429', lasts: true, banner: 'Every request of the bot is answered with 429', does: 'Each request is told to wait for a second. Posts come later, and none is lost or doubled.' },
  error: { label: 'Answer 503', lasts: true, banner: 'Every request of the bot is answered with 503', does: 'Discord has a bad day. The bot tries again with growing pauses.' },
  lose: { label: 'Lose answers', lasts: true, banner: 'Answers to the bot are lost', does: 'Requests take effect and their answers never arrive. The bot looks before it posts again: nothing stands there twice.' },
  slow: { label: 'Be slow', lasts: true, banner: 'Discord is slow', does: 'Every request is held back. Past three seconds Discord gives an interaction up.', slider: { min: 100, max: 5000, step: 100, value: 1000 } },
};

const delays = new Map(); // what the sliders stand at, in milliseconds
const isOn = (name) => state.faultsOn?.includes(name) ?? false;

/** mountFaults draws into node the switches that the server has. */
export function mountFaults(node) {
  const draw = () => {
    const known = Object.keys(faults).filter((name) => state.faults?.includes(name));
    fill(node,
      part('Between Discord and the bot alone: this page goes on as it is.', known.filter((name) => !faults[name].own)),
      part('The bot itself: nobody answers until it is back.', known.filter((name) => faults[name].own)));
  };
  watch('ready', () => {
    if (node.childElementCount === 0) draw();
    redraw(); // another window may have switched something
  });
  return {};
}

const part = (note, names) => names.length > 0 && [h('p.panel-note', {}, note), h('ul.faults', {}, names.map(item))];

function item(name) {
  const f = faults[name];
  return h('li.fault', { class: isOn(name) && 'is-on' },
    h('div.fault-head', {}, h('span.fault-name', { id: `fault-${name}` }, f.label), f.lasts ? toggle(name, f) : once(name, f)),
    h('p.fault-does', {}, f.does),
    f.slider && slider(name, f));
}

function once(name, f) {
  const button = h('button.button.small', { type: 'button', data: { fault: name }, 'aria-label': `Do it: ${f.label}` }, 'Do it');
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-busy') === 'true') return;
    busy(button, true);
    button.textContent = f.doing ?? 'Doing it…';
    const done = await send(name, {});
    busy(button, false);
    button.textContent = done ? 'Done' : 'Do it';
    setTimeout(() => { button.textContent = 'Do it'; }, 2000);
  });
  return button;
}

function toggle(name, f) {
  const flip = () => turn(name, !isOn(name));
  return h('button.switch', { type: 'button', role: 'switch', 'aria-checked': String(isOn(name)), 'aria-labelledby': `fault-${name}`, data: { fault: name }, on: { click: flip } },
    h('span.switch-knob'));
}

function slider(name, f) {
  const value = delays.get(name) ?? f.slider.value;
  const shown = h('output', {}, seconds(value));
  const range = h('input', { type: 'range', min: f.slider.min, max: f.slider.max, step: f.slider.step, 'aria-label': `${f.label}: by how much`, value });
  range.addEventListener('input', () => {
    delays.set(name, Number(range.value));
    shown.textContent = seconds(range.value);
  });
  range.addEventListener('change', () => isOn(name) && turn(name, true));
  return h('div.fault-slider', {}, range, shown);
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** turn switches a lasting fault. */
async function turn(name, want) {
  const slide = faults[name].slider;
  if (!await send(name, slide ? { on: want, ms: delays.get(name) ?? slide.value } : { on: want })) return;
  state.faultsOn = [...(state.faultsOn ?? []).filter((n) => n !== name), ...(want ? [name] : [])];
  redraw();
}

function redraw() {
  for (const button of document.querySelectorAll('.switch[data-fault]')) {
    const lit = isOn(button.dataset.fault);
    button.setAttribute('aria-checked', String(lit));
    button.closest('.fault').classList.toggle('is-on', lit);
  }
  sayWhatIsOn();
}

async function send(what, args) {
  try {
    await call('fault', { what, ...args });
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

/** sayWhatIsOn keeps a line on the page, so that nobody wonders tomorrow. */
function sayWhatIsOn() {
  const lit = (state.faultsOn ?? []).filter((name) => faults[name]?.banner);
  if (lit.length === 0) {
    showBanner();
    return;
  }
  const lasting = lit.filter((name) => faults[name].lasts);
  const end = async () => {
    for (const name of lasting) await turn(name, false);
  };
  showBanner(h('span', {}, `${lit.map((name) => faults[name].banner).join(' · ')}.`), lasting.length > 0 && h('button.link', { type: 'button', data: { faults: 'end' }, on: { click: end } }, 'End this'));
}
