// How well what is typed fits a name: lists show the best first.

/** matches: higher is better, -1 is none. */
const grades = { start: 4, word: 3, inside: 2, spread: 1, none: -1 };

/**
 * grade says how well typed fits a name, whatever the case.
 *
 * @param {string} typed
 * @param {string} name
 * @returns {number} 4 the name starts with it, 3 a word of it does, 2 it is inside,
 *   1 its letters are there in that order, -1 it does not fit
 */
export function grade(typed, name) {
  const wanted = typed.trim().toLowerCase();
  const text = name.toLowerCase();
  if (text.startsWith(wanted)) return grades.start;
  const at = text.indexOf(wanted);
  if (at > 0) return /[\s\-_/#@.]/.test(text[at - 1]) ? grades.word : grades.inside;
  return spread(wanted, text) ? grades.spread : grades.none;
}

/** spread reports whether the letters of wanted occur in text in their order. */
function spread(wanted, text) {
  let from = 0;
  for (const letter of wanted) {
    if (letter === ' ') continue;
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return false;
  }
  return true;
}

/**
 * best are the items that fit, the best first, equals in their order.
 *
 * @param {string} typed
 * @param {object[]} items
 * @param {function(object): string[]} namesOf what an item may be found by
 */
export function best(typed, items, namesOf) {
  if (!typed.trim()) return items;
  return items
    .map((item) => ({ item, mark: Math.max(...namesOf(item).filter(Boolean).map((name) => grade(typed, name))) }))
    .filter(({ mark }) => mark >= 0)
    .sort((a, b) => b.mark - a.mark)
    .map(({ item }) => item);
}
