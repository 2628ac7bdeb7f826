// The cards in a message.

import { drawPicture, outside, ownAddress } from './attachment.js';
import { h } from './dom.js';
import { hex } from './colour.js';
import { markdown } from './markdown.js';
import { format, sent } from './time.js';

/** drawEmbeds draws a message's cards. */
export const drawEmbeds = (embeds) => embeds.map(drawEmbed);

function drawEmbed(embed) {
  const bar = hex(embed.color);
  return h('article.embed', { style: bar ? { 'border-left-color': bar } : {} },
    h('div.embed-text', {},
      drawAuthor(embed.author),
      embed.title ? h('div.embed-title', {}, linked(embed.url, markdown(embed.title))) : null,
      embed.description ? h('div.embed-description.markdown', {}, markdown(embed.description)) : null,
      drawFields(embed.fields ?? [])),
    embed.thumbnail ? h('div.embed-thumbnail', {}, drawPicture(embed.thumbnail.url)) : null,
    embed.image ? h('div.embed-image', {}, drawPicture(embed.image.url)) : null,
    drawFooter(embed));
}

const linked = (url, content) => (url ? h('a', outside(url), content) : content);

function drawAuthor(author) {
  if (!author?.name) return null;
  return h('div.embed-author', {}, icon(author.icon_url), linked(author.url, author.name));
}

function icon(address) {
  const own = address ? ownAddress(address) : null;
  return own ? h('img.embed-icon', { src: own, alt: '' }) : null;
}

/** drawFields lays fields out in twelfths: up to three inline ones share a row. */
function drawFields(fields) {
  if (!fields.length) return null;
  return h('div.embed-fields', {}, fields.map((field, i) => h('div.embed-field', { class: `span-${field.inline ? 12 / rowOf(fields, i) : 12}` },
    h('div.embed-name', {}, markdown(field.name)),
    h('div.embed-value.markdown', {}, markdown(field.value)))));
}

/** rowOf is how many inline fields share the row of the one at a place: 1, 2 or 3. */
function rowOf(fields, at) {
  let first = at;
  while (first > 0 && fields[first - 1].inline) first--;
  let length = first;
  while (fields[length]?.inline) length++;
  const start = first + Math.floor((at - first) / 3) * 3;
  return Math.min(3, length - start);
}

function drawFooter({ footer, timestamp }) {
  const at = timestamp ? Date.parse(timestamp) : NaN;
  const time = Number.isNaN(at) ? null : h('time', { datetime: timestamp, title: format(at, 'F') }, sent(at));
  if (!footer?.text && !time) return null;
  return h('div.embed-footer', {}, icon(footer?.icon_url), h('span', {}, footer?.text, footer?.text && time ? ' • ' : '', time));
}
