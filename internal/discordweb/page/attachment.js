// The files of a message: pictures are shown, of texts the first lines, and all
// can be opened and downloaded.

import { h, safeAddress, svg } from './dom.js';
import { icons } from './icons.js';

const previewLines = 6;
const previewBytes = 4096; // as much of a file as is read for its first lines
const widest = 550; // pixels of a picture, as in Discord
const highest = 350;

/** drawAttachments draws a message's files. */
export function drawAttachments(files) {
  return files.map((file) => (isPicture(file) ? drawPicture(file.url, file) : drawFile(file)));
}

const isPicture = (file) => /^image\/(png|jpeg|gif|webp)\b/.test(file.content_type ?? '') && file.width > 0;
const isText = (file) => /^(text\/|application\/json)/.test(file.content_type ?? '');

/** ownAddress is a file's address if this server has it; the page loads nothing from elsewhere. */
export function ownAddress(address) {
  if (!URL.canParse(address ?? '', location.href)) return null;
  const url = new URL(address ?? '', location.href);
  return url.origin === location.origin ? url.href : null;
}

/**
 * drawPicture draws a picture that opens when it is clicked.
 *
 * @param {string} address
 * @param {{width?: number, height?: number, description?: string, filename?: string}} [about] size in pixels
 */
export function drawPicture(address, { width = 0, height = 0, description = '', filename = '' } = {}) {
  const own = ownAddress(address);
  const name = description || filename || 'Picture';
  if (!own) return drawElsewhere(address, description);
  const scale = width ? Math.min(1, widest / width, highest / height) : 1;
  const size = width ? { width: Math.round(width * scale), height: Math.round(height * scale) } : {};
  return h('a.picture', outside(own), h('img', { src: own, alt: name, loading: 'lazy', ...size }));
}

/** drawElsewhere is the way to a picture that this page does not load: nobody there learns who looks at it. */
function drawElsewhere(address, description) {
  const safe = safeAddress(address);
  if (safe === '#') return h('span.elsewhere', {}, 'A picture that cannot be shown');
  const what = `Picture at ${new URL(safe).host}${description ? `: ${description}` : ''}`;
  return h('a.elsewhere', { ...outside(safe), title: `Not shown here. Opens ${safe} in a new tab.` }, what, h('span.arrow', { 'aria-hidden': 'true' }, ' ↗'));
}

/** outside are the attributes of a link that leaves the page. */
export const outside = (address) => ({ href: address, target: '_blank', rel: 'noopener noreferrer nofollow' });

/**
 * honest is a file's name without the characters that turn the direction of
 * writing: "plan" and "txt.exe" would be shown as "planexe.txt".
 */
const honest = (name) => name.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');

/** drawFile draws a file that is no picture. */
export function drawFile(file) {
  const name = honest(file.filename);
  const preview = isText(file) ? h('pre.file-preview', { hidden: true, tabindex: '0', 'aria-label': `First lines of ${name}` }) : null;
  if (preview) whenSeen(preview, file);
  return h('div.file', {},
    h('div.file-head', {},
      svg(icons.file),
      h('span.file-about', {}, h('span.file-name', {}, name), file.size === undefined ? null : h('span.file-size', {}, sizeOf(file.size))),
      h('a.file-link', { ...outside(file.url), 'aria-label': `Open ${name}` }, 'Open'),
      h('a.file-link', { href: file.url, download: name, 'aria-label': `Download ${name}` }, 'Download')),
    preview);
}

/** sizeOf writes a number of bytes for people. */
function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(kib < 10 ? 1 : 0)} KB` : `${(kib / 1024).toFixed(1)} MB`;
}

/** whenSeen reads the first lines once the file is in the page and in sight. */
function whenSeen(preview, file) {
  const observer = new IntersectionObserver(async ([entry]) => {
    if (!entry.isIntersecting) return;
    observer.disconnect();
    const text = await firstLines(file.url).catch(() => '');
    preview.textContent = text;
    preview.hidden = !text;
  }, { rootMargin: '300px' });
  // A hidden element never comes into sight: its frame does.
  requestAnimationFrame(() => preview.parentElement && observer.observe(preview.parentElement));
}

async function firstLines(address) {
  const own = ownAddress(address);
  if (!own) return '';
  const answer = await fetch(own);
  if (!answer.ok) return '';
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    text += value ?? '';
    if (done || text.length >= previewBytes || text.split('\n').length > previewLines) break;
  }
  reader.cancel().catch(() => {});
  const lines = text.slice(0, previewBytes).replace(/\n$/, '').split('\n');
  return lines.slice(0, previewLines).join('\n') + (lines.length > previewLines ? '\n…' : '');
}
