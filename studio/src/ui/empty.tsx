import type { ComponentChildren } from 'preact';

/**
 * Stands in a view that has nothing to show yet, and tells how to get something.
 * @param props.isPart whether it is a part of a view that shows other things
 */
export function Empty({
  title,
  isPart = false,
  children,
}: {
  title: string;
  isPart?: boolean;
  children?: ComponentChildren;
}) {
  const Heading = isPart ? 'h2' : 'h1';
  return (
    <div class="panel empty">
      <Heading>{title}</Heading>
      {children}
    </div>
  );
}
