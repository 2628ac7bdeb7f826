// The colours of an ```ansi block, as Discord draws them: the eight of the text,
// the eight behind it, bold and underlined. Other sequences leave no trace.

const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const sequence = /\x1b\[([\d;]{0,40})([A-Za-z])/g;

/**
 * ansi cuts a text at its escape sequences.
 *
 * @param {string} text
 * @returns {Array<{text: string, color: string, behind: string, bold: boolean, underline: boolean}>}
 */
export function ansi(text) {
  const out = [];
  let style = plainStyle();
  let last = 0;
  const push = (end) => {
    if (end > last) out.push({ text: text.slice(last, end).replaceAll('\x1b', ''), ...style });
  };
  for (const found of text.matchAll(sequence)) {
    push(found.index);
    last = found.index + found[0].length;
    if (found[2] === 'm') style = styled(style, found[1]);
  }
  push(text.length);
  return out;
}

const plainStyle = () => ({ color: '', behind: '', bold: false, underline: false });

function styled(style, codes) {
  let next = { ...style };
  for (const code of codes.split(';').map(Number)) {
    if (code === 0) next = plainStyle();
    else if (code === 1) next.bold = true;
    else if (code === 22) next.bold = false;
    else if (code === 4) next.underline = true;
    else if (code === 24) next.underline = false;
    else if (code === 39) next.color = '';
    else if (code === 49) next.behind = '';
    else if (code >= 30 && code <= 37) next.color = colours[code - 30];
    else if (code >= 90 && code <= 97) next.color = colours[code - 90];
    else if (code >= 40 && code <= 47) next.behind = colours[code - 40];
  }
  return next;
}

/** classes are those of a piece: "ansi-red ansi-bold". */
export function classes({ color, behind, bold, underline }) {
  return [color && `ansi-${color}`, behind && `behind-${behind}`, bold && 'ansi-bold', underline && 'ansi-underline'].filter(Boolean).join(' ');
}
