/** The first view is shown after so long at the latest, in milliseconds. */
const patience = 1500;

let resolveShown: () => void;

/** Settles once the first view is there: until then nothing else is fetched that can wait. */
export const firstViewShown = new Promise<void>((resolve) => {
  resolveShown = resolve;
  setTimeout(resolve, patience);
});

/** The first view is there. */
export function tellFirstViewShown(): void {
  resolveShown();
}
