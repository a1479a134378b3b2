import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { t, translated } from '../language/language.js';

type Messages = Pick<typeof import('../messages/index.js'), 'offered' | 'wordsFor'>;

/** The page's words for messages, loaded with the first of them; null when they cannot be loaded. */
const messages = signal<Messages | null | undefined>(undefined);

/**
 * A line or two that the user should see. Errors are read out at once. A text alone is a message in English:
 * it is told in the page's words and the user's language, with buttons for next steps.
 */
export function Notice({
  kind = 'info',
  children,
}: {
  kind?: 'info' | 'warning' | 'error';
  children: ComponentChildren;
}) {
  return (
    <div class={`notice ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {typeof children !== 'string' ? (
        children
      ) : kind === 'info' ? (
        translated(children)
      ) : (
        <Message text={children} />
      )}
    </div>
  );
}

async function load(): Promise<void> {
  const { offered, wordsFor } = await import('../messages/index.js');
  messages.value = { offered, wordsFor };
}

function Message({ text }: { text: string }) {
  useEffect(() => {
    if (messages.value) return;
    load().catch(() => {
      messages.value = null;
    });
  }, []);
  if (messages.value === undefined) return null;
  if (messages.value === null) return translated(text);
  const { offered, wordsFor } = messages.value;
  const told = wordsFor(text);
  const next = offered(told.next);
  return (
    <>
      <p>{told.text}</p>
      {next.length > 0 && (
        <p class="row">
          {next.map(({ title, take }) => (
            <button key={title} type="button" onClick={take}>
              {t(title)}
            </button>
          ))}
        </p>
      )}
    </>
  );
}
