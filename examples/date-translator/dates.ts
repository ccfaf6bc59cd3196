/** Dates as people write them, and as machines do. */
import { type Generator, rand } from "@wengert/autograd";

export interface WrittenDate {
  /** `Saturday, 21 Nov 2026` */
  readonly written: string;
  /** `2026-11-21` */
  readonly iso: string;
}

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

interface Parts {
  readonly day: number;
  readonly month: number;
  readonly year: number;
  readonly monthName: string;
  readonly weekday: string;
}

function ordinal(day: number): string {
  const last = day % 10;
  const ending = [11, 12, 13].includes(day) ? "th" : (["th", "st", "nd", "rd"][last] ?? "th");
  return `${day}${ending}`;
}

const two = (n: number): string => String(n).padStart(2, "0");

/** The ways in which people write. */
const styles: readonly ((date: Parts) => string)[] = [
  ({ day, monthName, year }) => `${day} ${monthName} ${year}`,
  ({ day, monthName, year }) => `${monthName} ${day}, ${year}`,
  ({ day, monthName, year, weekday }) => `${weekday}, ${day} ${monthName.slice(0, 3)} ${year}`,
  ({ day, monthName, year }) => `${monthName.slice(0, 3)} ${ordinal(day)} ${year}`,
  ({ day, monthName, year }) => `the ${ordinal(day)} of ${monthName} ${year}`,
  ({ day, month, year }) => `${two(day)}.${two(month)}.${year}`,
  ({ day, monthName, year, weekday }) => `${weekday}, ${monthName} ${day} ${year}`,
  ({ day, monthName, year }) => `${year}, ${monthName} ${day}`,
];

const first = Date.UTC(1900, 0, 1) / 86_400_000;
const last = Date.UTC(2100, 0, 1) / 86_400_000;
/** Of so many days in a row the first is never trained on, in no style. */
const row = 10;

/** A day, counted from 1 January 1970, in a style. */
export function write(day: number, style: number): WrittenDate {
  const date = new Date(day * 86_400_000);
  const parts = {
    day: date.getUTCDate(),
    month: date.getUTCMonth() + 1,
    year: date.getUTCFullYear(),
    monthName: months[date.getUTCMonth()]!,
    weekday: weekdays[date.getUTCDay()]!,
  };
  return {
    written: styles[style]!(parts),
    iso: `${parts.year}-${two(parts.month)}-${two(parts.day)}`,
  };
}

/** Dates of the years 1900 to 2099 in any style: of days to train on, or of those held out. */
export function drawDates(
  count: number,
  { generator, heldOut = false }: { readonly generator: Generator; readonly heldOut?: boolean },
): readonly WrittenDate[] {
  const draws = rand([count, 2], { generator }).toArray() as [number, number][];
  const rows = Math.floor((last - first) / row);
  return draws.map(([where, style]) => {
    const begin = Math.floor(where * rows);
    const inside = heldOut ? 0 : 1 + Math.floor((where * rows - begin) * (row - 1));
    return write(first + begin * row + inside, Math.floor(style * styles.length));
  });
}

/** Every character that may occur. */
export const characters: string = [...months, ...weekdays, "0123456789 ,.", "thstndrdof"].join("");
