// The guided tour: a card that says what to do next, and a ring around where. It
// goes on by itself once the person did it.

import { isDrawerOpen, isPanelOver } from './cover.js';
import { fill, h, one, svg } from './dom.js';
import { closeDrawer } from './drawer.js';
import { icons } from './icons.js';
import { switchTo } from './people.js';
import { makeRoom, place } from './place.js';
import { did, reached, sight } from './sights.js';
import { state, watch } from './store.js';

const pause = 900; // milliseconds between what was done and the next step: one sees what came of it

const key = 'tour'; // in localStorage: "done", or server and step: another server begins at the first
const over = 'done';

let card = null;
let ring = null;
const count = h('span.tour-count');
const body = h('div.tour-body', { 'aria-live': 'polite' }); // stays, so that what changes in it is read out
const feet = h('div.tour-feet');
let at = -1; // the step that is shown; -1: none
let coming = 0; // timer of the next step

/** mountTour draws into node. It begins by itself for who has not finished it. */
export function mountTour(node) {
  card = node;
  card.setAttribute('role', 'region');
  card.setAttribute('aria-label', 'Guided tour');
  fill(card,
    h('div.tour-head', {}, count,
      h('button.icon-button', { type: 'button', title: 'End the tour', 'aria-label': 'End the tour', data: { tour: 'skip' }, on: { click: endTour } }, svg(icons.cross))),
    body, feet);
  card.addEventListener('keydown', (event) => event.key === 'Escape' && endTour());
  ring = h('div.tour-ring', { hidden: true, 'aria-hidden': 'true' });
  card.after(ring);
  makeRoom(card, '--tour');
  watch('ready', resume);
  watch('done', (what) => did(state.tour[at]?.done, what) && next());
  for (const topic of ['message', 'current', 'channels', 'ready']) watch(topic, look);
  new MutationObserver(look).observe(one('#app'), { subtree: true, childList: true, attributes: true, attributeFilter: ['class', 'disabled', 'hidden', 'aria-expanded', 'open'] });
  new MutationObserver(look).observe(one('#layers'), { subtree: true, childList: true, attributes: true, attributeFilter: ['open', 'hidden'] });
  document.addEventListener('scroll', look, { capture: true, passive: true });
  addEventListener('resize', look);
}

/** resume goes to where the tour of this server is, which another window may have moved. */
function resume() {
  if (!state.tour?.length || localStorage.getItem(key) === over) hide();
  else if (at === kept()) draw();
  else go(kept());
}

/** kept is the step at which this server's tour was left. */
function kept() {
  const [guild, step] = (localStorage.getItem(key) ?? '').split(' ');
  return guild === state.guild?.id ? Math.min(Number(step) || 0, state.tour.length - 1) : 0;
}

/** startTour begins it anew. */
export function startTour() {
  closeDrawer();
  go(0);
  one('[data-tour="next"]', card)?.focus();
}

/** endTour takes it away, and remembers that it was seen. */
function endTour() {
  const focused = card.contains(document.activeElement);
  localStorage.setItem(key, over);
  hide();
  if (focused) one('#feed').focus({ preventScroll: true });
}

function hide() {
  clearTimeout(coming);
  coming = 0;
  at = -1;
  card.hidden = true;
  ring.hidden = true;
}

function go(step) {
  clearTimeout(coming);
  coming = 0;
  if (step >= state.tour.length) {
    endTour();
    return;
  }
  at = Math.max(0, step);
  localStorage.setItem(key, `${state.guild?.id} ${at}`);
  draw();
}

/** next goes on in a moment: whoever did something wants to see what it did. */
function next() {
  if (coming) return;
  const from = at;
  coming = setTimeout(() => {
    coming = 0;
    if (at === from) go(at + 1);
  }, pause);
}

function draw() {
  const step = state.tour[at];
  const n = state.tour.length;
  const who = whoNext(step);
  const focused = feet.contains(document.activeElement) ? document.activeElement.dataset.tour : '';
  const button = (name, label, run, kind = '') => h('button.button.small', { type: 'button', class: kind, data: { tour: name }, on: { click: run } }, label);
  count.textContent = `${at + 1} of ${n}`;
  fill(body, h('h2', {}, step.title), paragraphs(step.text));
  fill(feet,
    who && button('become', `Become ${who}`, () => switchTo(who), 'primary'),
    show = button('show', 'Show', () => pointed?.scrollIntoView({ block: 'center' })),
    h('span.tour-gap'),
    at > 0 && button('back', 'Back', () => go(at - 1)),
    button('next', at === n - 1 ? 'Finish' : 'Next', () => go(at + 1)));
  card.hidden = false;
  if (focused) (one(`[data-tour="${focused}"]`, card) ?? one('[data-tour="next"]', card)).focus();
  look();
}

const markup = /(`[^`]+`|\*\*[^*]+\*\*)/; // of the texts: code, and what is said with weight

/** paragraphs splits a text at its empty lines, and draws its markup. */
function paragraphs(text) {
  const part = (t) => {
    if (t.startsWith('`')) return h('code', {}, t.slice(1, -1));
    return t.startsWith('**') ? h('strong', {}, t.slice(2, -2)) : t;
  };
  return text.split('\n\n').map((p) => h('p', {}, p.split(markup).map(part)));
}

/** whoNext is whom this window has to be for the step, or to end it; "" for whoever it is. */
function whoNext(step) {
  const who = step.as || (step.done?.kind === 'person' ? step.done.value : '');
  return who === state.me?.name ? '' : who;
}

/** isInTheWay: the panel takes all of a narrow window for itself, and the open channels most of it. */
const isInTheWay = (target) => isPanelOver() || (isDrawerOpen() && !one('#sidebar').contains(target));

let asked = false;
let pointed = null; // what the step is about
let show = null; // leads there, while it is out of sight

/** look draws the ring where the step points now, at most once a frame. */
function look() {
  if (at < 0 || asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    const step = state.tour[at];
    if (at < 0 || !step) return;
    if (reached(step.done)) next();
    const wrong = step.as && step.as !== state.me?.name;
    pointed = wrong ? sight({ kind: 'person', value: step.as }) : step.target && sight(step.target);
    card.hidden = isInTheWay(pointed);
    place(ring, card.hidden || one('dialog[open]') ? null : pointed);
    show.hidden = !pointed || !ring.hidden;
  });
}
