import type { Dayjs } from 'dayjs';

/** Reads and writes dates, by Day.js. */
export interface DateTools {
  /** The moment of a text in milliseconds since 1970, UTC; NaN where it is not written so. */
  parse(text: string, format: string): number;
  format(moment: number, format: string): string;
}

/** Loads Day.js, which tables without dates do not need. */
export async function dateTools(): Promise<DateTools> {
  const [{ default: dayjs }, { default: utc }, { default: custom }] = await Promise.all([
    import('dayjs'),
    import('dayjs/plugin/utc.js'),
    import('dayjs/plugin/customParseFormat.js'),
  ]);
  dayjs.extend(utc);
  dayjs.extend(custom);
  const known = new Map<string, Map<string, number>>();
  return {
    parse(text, format) {
      let moments = known.get(format);
      if (!moments) {
        moments = new Map();
        known.set(format, moments);
      }
      let moment = moments.get(text);
      if (moment === undefined) {
        const date: Dayjs = dayjs.utc(text, format, true);
        moment = date.isValid() ? date.valueOf() : Number.NaN;
        if (moments.size < mostKnown) moments.set(text, moment);
      }
      return moment;
    },
    format: (moment, format) => dayjs.utc(moment).format(format),
  };
}

/** Different dates that are read once. */
const mostKnown = 2 ** 17;

/** Shapes of dates, with the formats that they may have; the first that fits all is taken. */
const dayShapes: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^\d{4}-\d{2}-\d{2}/, ['YYYY-MM-DD']],
  [/^\d{4}-\d{2}$/, ['YYYY-MM']],
  [/^\d{4}\/\d{1,2}\/\d{1,2}/, ['YYYY/MM/DD', 'YYYY/M/D']],
  [/^\d{1,2}\/\d{1,2}\/\d{4}/, ['MM/DD/YYYY', 'DD/MM/YYYY', 'M/D/YYYY', 'D/M/YYYY']],
  [/^\d{1,2}\/\d{1,2}\/\d{2}(?!\d)/, ['MM/DD/YY', 'DD/MM/YY', 'M/D/YY', 'D/M/YY']],
  [/^\d{1,2}\.\d{1,2}\.\d{4}/, ['DD.MM.YYYY', 'D.M.YYYY', 'MM.DD.YYYY']],
  [/^\d{1,2}\.\d{1,2}\.\d{2}(?!\d)/, ['DD.MM.YY', 'D.M.YY']],
  [/^\d{1,2}-\d{1,2}-\d{4}/, ['DD-MM-YYYY', 'MM-DD-YYYY', 'D-M-YYYY', 'M-D-YYYY']],
  [/^\d{1,2} [A-Z][a-z]{2} \d{4}/, ['DD MMM YYYY', 'D MMM YYYY']],
  [/^\d{1,2}-[A-Z][a-z]{2}-\d{4}/, ['DD-MMM-YYYY', 'D-MMM-YYYY']],
  [/^\d{1,2}-[A-Z][a-z]{2}-\d{2}(?!\d)/, ['DD-MMM-YY', 'D-MMM-YY']],
  [/^[A-Z][a-z]{2} \d{1,2}, \d{4}/, ['MMM DD, YYYY', 'MMM D, YYYY']],
  [/^[A-Z][a-z]{2} \d{1,2} \d{4}/, ['MMM DD YYYY', 'MMM D YYYY']],
  [/^[A-Z][a-z]{3,8} \d{1,2}, \d{4}/, ['MMMM DD, YYYY', 'MMMM D, YYYY']],
];

/** Shapes of the text after a date, with the formats that it may have. */
const timeShapes: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^$/, ['']],
  [/^ \d{1,2}:\d{2}$/, [' HH:mm', ' H:mm']],
  [/^ \d{1,2}:\d{2}:\d{2}$/, [' HH:mm:ss', ' H:mm:ss']],
  [/^ \d{2}:\d{2}:\d{2}\.\d{3}$/, [' HH:mm:ss.SSS']],
  [/^T\d{2}:\d{2}Z?$/, ['THH:mm', 'THH:mm[Z]']],
  [/^T\d{2}:\d{2}:\d{2}Z?$/, ['THH:mm:ss', 'THH:mm:ss[Z]']],
  [/^T\d{2}:\d{2}:\d{2}\.\d{3}Z?$/, ['THH:mm:ss.SSS', 'THH:mm:ss.SSS[Z]']],
  [/^ \d{1,2}:\d{2} [AP]M$/, [' hh:mm A', ' h:mm A']],
  [/^ \d{1,2}:\d{2}:\d{2} [AP]M$/, [' hh:mm:ss A', ' h:mm:ss A']],
];

/** The formats that a text may be written in. */
function formatsOf(text: string): readonly string[] {
  for (const [shape, days] of dayShapes) {
    const [day] = shape.exec(text) ?? [];
    if (day === undefined) continue;
    const rest = text.slice(day.length);
    const times = timeShapes.find(([time]) => time.test(rest))?.[1] ?? [];
    return days.flatMap((each) => times.map((time) => `${each}${time}`));
  }
  return [];
}

/** Format in which dates are written. */
export interface FoundFormat {
  readonly format: string;
  /** A format that fits as well, but for other days. */
  readonly other?: string | undefined;
}

/** The format of texts that are all dates; undefined where they are none. */
export function findFormat(texts: Iterable<string>, tools: DateTools): FoundFormat | undefined {
  let formats: readonly string[] | undefined;
  for (const text of texts) {
    formats = (formats ?? formatsOf(text)).filter((format) => isRead(tools.parse(text, format)));
    if (formats.length === 0) return undefined;
  }
  const [format] = formats ?? [];
  if (format === undefined) return undefined;
  const isDayFirst = (each: string) => each.startsWith('D');
  const isNumber = /^(D{1,2}.M{1,2}|M{1,2}.D{1,2})(?!M)/;
  const other = formats!.find((each) => isDayFirst(each) !== isDayFirst(format));
  return { format, other: isNumber.test(format) ? other : undefined };
}

const isRead = (moment: number) => !Number.isNaN(moment);

/** A date as files and programs exchange it: `2024-01-31`, or with a time of day. */
const iso = /^\d{4}-\d{2}-\d{2}(?:([T ])\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** The moment of a text in ISO 8601, UTC where it names no zone; NaN for other text. */
export function isoMoment(text: string): number {
  const match = iso.exec(text);
  if (!match) return Number.NaN;
  const [, hasTime, zone] = match;
  return Date.parse(`${text.replace(' ', 'T')}${hasTime && !zone ? 'Z' : ''}`);
}

/** Milliseconds of a unit of dates. */
export const unitMilliseconds = { day: 86_400_000, minute: 60_000, second: 1000 } as const;

/** The largest unit of which all moments are multiples. */
export function unitOf(moments: Iterable<number>): keyof typeof unitMilliseconds {
  let unit: keyof typeof unitMilliseconds = 'day';
  for (const moment of moments) {
    if (unit === 'day' && moment % unitMilliseconds.day !== 0) unit = 'minute';
    if (unit === 'minute' && moment % unitMilliseconds.minute !== 0) return 'second';
  }
  return unit;
}
