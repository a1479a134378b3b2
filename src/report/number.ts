/**
 * A measured number for people: five significant digits, at most four decimals, and powers of ten
 * where that would show too few digits. 199.6412 → 199.64, 1.70123 → 1.7012, 0.0000123 → 1.23e-5.
 */
export function formatNumber(value: number): string {
  // A larger number is an integer only because its bits end there.
  if (!Number.isFinite(value) || Number.isSafeInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e7) {
    return value.toExponential(2).replace(/\.?0*e\+?/, 'e');
  }
  const wholeDigits = Math.floor(Math.log10(size)) + 1;
  return value.toFixed(Math.min(4, Math.max(0, 5 - wholeDigits)));
}

/** A count with its thousands apart: 101770 → 101,770. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** Bytes for people, with two digits: 3.1 kB, 170 MB, 1.2 GB, 25 GB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1e5) return `${Number((bytes / 1e3).toPrecision(2))} kB`;
  const megabytes = Number((bytes / 1e6).toPrecision(2));
  return megabytes < 1000 ? `${megabytes} MB` : `${Number((bytes / 1e9).toPrecision(2))} GB`;
}

/** A time for people in whole units: 0s, 59s, 2m05s, 1h02m. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(Math.max(0, seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
}
