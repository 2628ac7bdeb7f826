// Dark or light: what the person chose, else what their system says.

const key = 'theme';

/** theme is "dark" or "light". */
export const theme = () => localStorage.getItem(key) ?? (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark');

/** applyTheme draws the page in its theme, and follows the system until the person chooses. */
export function applyTheme() {
  document.documentElement.dataset.theme = theme();
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', () => {
    document.documentElement.dataset.theme = theme();
  });
}

/** toggleTheme changes to the other one, and remembers it. */
export function toggleTheme() {
  localStorage.setItem(key, theme() === 'dark' ? 'light' : 'dark');
  document.documentElement.dataset.theme = theme();
}
