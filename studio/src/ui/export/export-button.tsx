import { useSignal } from '@preact/signals';
import { useId, useRef } from 'preact/hooks';
import { said, t, translated } from '../../language/language.js';
import { saveFile } from '../save-file.js';
import './export-button.css';

const titles = {
  png: said('Picture (PNG)'),
  svg: said('Drawing (SVG)'),
  gif: said('Animation (GIF)'),
  csv: said('Table (CSV)'),
} as const;

const types = {
  png: 'image/png',
  svg: 'image/svg+xml',
  gif: 'image/gif',
  csv: 'text/csv',
} as const;

/** Makers of each kind of file, for the kinds that a panel has. */
export type Exports = Readonly<Partial<Record<keyof typeof titles, () => Promise<BlobPart>>>>;

/** A button that gives a panel's content as files. */
export function ExportButton({
  name,
  what,
  exports,
  disabled = false,
}: {
  /** The name of the files, without an ending. */
  name: string;
  /** Names the exported content for users of screen readers. */
  what: string;
  exports: Exports;
  disabled?: boolean;
}) {
  const id = useId();
  const [button, menu] = [useRef<HTMLButtonElement>(null), useRef<HTMLDivElement>(null)];
  const isBusy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const open = () => {
    problem.value = undefined;
    menu.current!.togglePopover();
    const [at, size] = [button.current!, menu.current!].map((each) => each.getBoundingClientRect());
    const below = at!.bottom + 4;
    const top = below + size!.height > innerHeight ? at!.top - size!.height - 4 : below;
    const left = Math.max(8, Math.min(at!.left, innerWidth - size!.width - 8));
    Object.assign(menu.current!.style, { left: `${left}px`, top: `${Math.max(8, top)}px` });
  };
  const save = async (kind: keyof typeof titles) => {
    isBusy.value = true;
    try {
      saveFile(await exports[kind]!(), `${name}.${kind}`, types[kind]);
      menu.current?.hidePopover();
      button.current?.focus();
    } catch (error) {
      problem.value = (error as Error).message;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        aria-label={t('Export {what}', { what })}
        popovertarget={id}
        disabled={disabled}
        onClick={(event) => {
          event.preventDefault();
          open();
        }}
      >
        {t('Export')}
      </button>
      <div ref={menu} id={id} class="export-menu" popover="auto">
        {(Object.keys(exports) as (keyof typeof titles)[]).map((kind) => (
          <button
            key={kind}
            type="button"
            class="quiet"
            disabled={isBusy.value}
            onClick={() => save(kind)}
          >
            {t(titles[kind])}
          </button>
        ))}
        {problem.value && (
          <p class="small" role="alert">
            {translated(problem.value)}
          </p>
        )}
      </div>
    </>
  );
}
