/** Files by their paths from the folder that was dropped or chosen. */
export type Files = Readonly<Record<string, Blob>>;

/** The finding of files in folders, which may take a while. */
export interface Finding {
  /** Ends it, with its reason. */
  readonly signal: AbortSignal;
  /** Told how many files were found so far. */
  onFound(count: number): void;
}

const quietly: Finding = { signal: new AbortController().signal, onFound() {} };

/** The files of a file field; files of a folder keep their paths. */
function filesFromInput(list: FileList): Files {
  return Object.fromEntries(
    Array.from(list, (file) => [file.webkitRelativePath || file.name, file]),
  );
}

/**
 * The files that were dropped, with all in folders, or the files of a file field. Call it in the event itself:
 * entries can be asked for only before it is over.
 * @throws the signal's reason when it is aborted
 */
export async function filesFromDrop(
  given: DataTransfer | FileList,
  { signal, onFound }: Finding = quietly,
): Promise<Files> {
  if (given instanceof FileList) return filesFromInput(given);
  const entries = Array.from(given.items, (item) => item.webkitGetAsEntry()).filter(
    (entry) => entry !== null,
  );
  if (entries.length === 0) return filesFromInput(given.files);
  const files: Record<string, Blob> = {};
  let count = 0;
  const visit = async (entry: FileSystemEntry): Promise<void> => {
    signal.throwIfAborted();
    if (entry.isFile) {
      files[entry.fullPath.replace(/^\//, '')] = await fileOf(entry as FileSystemFileEntry);
      count++;
      if (count % 100 === 0) onFound(count);
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      // A reader gives a hundred entries at a time.
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (some.length === 0) return;
      await Promise.all(some.map(visit));
    }
  };
  for (const entry of entries) await visit(entry);
  return files;
}

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));
