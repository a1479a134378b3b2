declare module 'crc-32/crc32c.js' {
  /** CRC-32C (Castagnoli) of bytes, as a signed whole number of 32 bits. */
  export function buf(data: Uint8Array): number;
  const crc32c: { readonly buf: typeof buf };
  export default crc32c;
}
