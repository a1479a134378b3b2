import type { ComponentChildren } from 'preact';

/** What a view shows when there is nothing to show yet, and what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="panel empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
