/** Files by their paths from the folder that was dropped or chosen. */
export type Files = Readonly<Record<string, Blob>>;

/** The files of a file field; those of a folder keep their paths. */
export async function filesFromInput(list: FileList): Promise<Files> {
  return Object.fromEntries(
    Array.from(list, (file) => [file.webkitRelativePath || file.name, file]),
  );
}

/** The files that were dropped, with all in folders. */
export async function filesFromDrop(data: DataTransfer): Promise<Files> {
  // Entries can be asked for only before the event is over.
  const entries = Array.from(data.items, (item) => item.webkitGetAsEntry()).filter(
    (entry) => entry !== null,
  );
  if (entries.length === 0) return filesFromInput(data.files);
  const files: Record<string, Blob> = {};
  const visit = async (entry: FileSystemEntry): Promise<void> => {
    const path = entry.fullPath.replace(/^\//, '');
    if (entry.isFile) {
      files[path] = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      );
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (;;) {
      // A reader gives a hundred entries at a time.
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (some.length === 0) return;
      for (const each of some) await visit(each);
    }
  };
  for (const entry of entries) await visit(entry);
  return files;
}
