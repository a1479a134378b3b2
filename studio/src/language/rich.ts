import type { ComponentChildren } from 'preact';
import { t, type Values } from './language.js';

/**
 * A text in the language in force with parts of the page in it, such as links.
 * @param text English, with `{name}` in the places of the parts
 */
export function rich<const Text extends string>(
  text: Text,
  ...[parts]: Values<Text, ComponentChildren>
): ComponentChildren {
  const given: Readonly<Record<string, ComponentChildren>> = parts ?? {};
  // The pieces at odd places are the names.
  return t(text as string)
    .split(/\{(\w+)\}/)
    .map((piece, i) => (i % 2 === 0 ? piece : given[piece]));
}
