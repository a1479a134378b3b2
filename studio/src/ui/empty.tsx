import type { ComponentChildren } from 'preact';

/** Stands in a view that has nothing to show yet, and tells how to get something. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="panel empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
