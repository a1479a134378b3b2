import { type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext, useLayoutEffect } from 'preact/hooks';

/** The fault of a field, in words. */
export interface Fault {
  /** The id of the field, for a way there. */
  readonly id: string;
  /** The label of the field. */
  readonly word: string;
  readonly text: string;
}

/** The faults of a form's fields, by their ids. A form that has any starts nothing. */
export type Faults = Signal<ReadonlyMap<string, Fault>>;

/** Makes the faults of a form that is new: none. */
export const noFaults = (): Faults => signal(new Map());

/** The faults of the form around a field. */
export const FaultsOfForm = createContext<Faults | undefined>(undefined);

/** Tells the form around of a field's fault, as long as it is there. @param text undefined for none */
export function useFault(id: string, word: string, text: string | undefined): void {
  const faults = useContext(FaultsOfForm);
  useLayoutEffect(() => {
    if (!faults || text === undefined) return;
    faults.value = new Map(faults.peek()).set(id, { id, word, text });
    return () => {
      const left = new Map(faults.peek());
      left.delete(id);
      faults.value = left;
    };
  }, [faults, id, word, text]);
}
