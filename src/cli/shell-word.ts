/** A path or name as it may be typed in a shell's command: quoted where it has to be. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,~-]+$/.test(text) && !text.startsWith('~')
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;
}
