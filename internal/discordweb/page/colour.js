// Colours that people and roles chose, made readable on this page's surfaces.

const dark = '#2b2d31';
const light = '#f2f3f5';

/** hex is a colour as "#rrggbb", of Discord's number or such a text; "" for none. */
export function hex(colour) {
  if (typeof colour === 'number') return colour > 0 ? `#${colour.toString(16).padStart(6, '0')}` : '';
  return /^#[0-9a-f]{6}$/i.test(colour ?? '') && colour !== '#000000' ? colour : '';
}

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** luminance is WCAG's relative luminance, 0 to 1. */
function luminance(colour) {
  const [r, g, b] = channels(colour).map((v) => {
    const s = v / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** contrast is WCAG's ratio of two colours, 1 to 21. */
export function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** readable is a colour moved towards black or white until it reads on a surface (4.5 to 1). */
export function readable(colour, surface) {
  const towards = luminance(surface) < 0.2 ? 255 : 0;
  for (let part = 0; part <= 1; part += 0.1) {
    const mixed = '#' + channels(colour).map((v) => Math.round(v + (towards - v) * part).toString(16).padStart(2, '0')).join('');
    if (contrast(mixed, surface) >= 4.6) return mixed;
  }
  return towards ? '#ffffff' : '#000000';
}

/** ink is the style of coloured text, for both themes; the sheet takes the right one. */
export function ink(colour) {
  const c = hex(colour);
  return c ? { '--ink-dark': readable(c, dark), '--ink-light': readable(c, light) } : {};
}
