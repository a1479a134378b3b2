/** Hands a file to the browser, which puts it among the downloads. */
export function saveFile(bytes: BlobPart, name: string, type = 'application/octet-stream'): void {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
