import type { ComponentChildren } from 'preact';
import { translated } from '../language/language.js';

/** A line or two that the user should see. Errors are read out at once. A message in English is translated. */
export function Notice({
  kind = 'info',
  children,
}: {
  kind?: 'info' | 'warning' | 'error';
  children: ComponentChildren;
}) {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {typeof children === 'string' ? translated(children) : children}
    </div>
  );
}
