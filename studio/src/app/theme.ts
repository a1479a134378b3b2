import { effect, signal } from '@preact/signals';

export type Theme = 'light' | 'dark';

const key = 'vaekit-theme';

const system = matchMedia('(prefers-color-scheme: dark)');

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The theme that the user chose, if they did; else the system's holds. */
const chosen = signal<Theme | undefined>(stored());
const ofSystem = signal<Theme>(system.matches ? 'dark' : 'light');
system.addEventListener('change', () => {
  ofSystem.value = system.matches ? 'dark' : 'light';
});

/** The theme in force; drawings on a canvas follow it. */
export const theme = signal<Theme>(chosen.value ?? ofSystem.value);

effect(() => {
  theme.value = chosen.value ?? ofSystem.value;
  document.documentElement.dataset.theme = theme.value;
});

export function toggleTheme(): void {
  chosen.value = theme.value === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(key, chosen.value);
  } catch {
    // The choice then holds until the page closes.
  }
}

/** The value of a custom property such as `--text`, for drawings on a canvas. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
