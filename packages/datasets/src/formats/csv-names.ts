/** The different texts in a column, told apart by their bytes: a million names take the room of as many numbers. */
import type { CsvCells } from "./csv-cells.js";

/** Places of cells whose text none before had, in a hash table. */
export class CsvNames {
  private found = 0;
  /** A place and 1, or 0 where there is none; of five slots one is free at least. It grows fourfold, to leave little behind. */
  private slots: Uint32Array = new Uint32Array(64);
  private readonly mostSlots: number;
  // Whoever makes a file cannot know which texts meet in one slot. What is found does not depend on it.
  private readonly seed = crypto.getRandomValues(new Uint32Array(1))[0]!;

  /** @param most how many different texts there may be */
  constructor(
    private readonly cells: CsvCells,
    most: number,
  ) {
    this.mostSlots = Math.ceil((5 * most) / 4);
  }

  /** How many there are. */
  get count(): number {
    return this.found;
  }

  /** Where the first cell begins that has the text of the one at `start`. */
  firstLike(start: number): number {
    let slot = this.slotOf(start);
    if (this.slots[slot] === 0) {
      if (5 * (this.found + 1) > 4 * this.slots.length) {
        this.grow();
        slot = this.slotOf(start);
      }
      this.slots[slot] = start + 1;
      this.found++;
    }
    return this.slots[slot]! - 1;
  }

  /**
   * All the places, in the order of their texts, and room for one number more. This uses the table up.
   *
   * @param scratch room for half as many numbers at least
   */
  sorted(scratch: Uint32Array): Uint32Array {
    const { slots, count, cells } = this;
    let filled = 0;
    for (const slot of slots) if (slot > 0) slots[filled++] = slot - 1;
    // A copy only where the table has much room besides.
    const places = slots.length > 2 * count ? slots.slice(0, count + 1) : slots.subarray(0, count + 1);
    sort(places.subarray(0, count), cells, scratch);
    return places;
  }

  private slotOf(start: number): number {
    const { slots, cells } = this;
    let slot = cells.hash(start, this.seed) % slots.length;
    while (slots[slot] !== 0 && cells.compare(slots[slot]! - 1, start) !== 0)
      slot = slot + 1 === slots.length ? 0 : slot + 1;
    return slot;
  }

  private grow(): void {
    const { slots } = this;
    this.slots = new Uint32Array(Math.min(4 * slots.length, this.mostSlots));
    for (const slot of slots) if (slot > 0) this.slots[this.slotOf(slot - 1)] = slot;
  }
}

/** How many places are sorted by what their texts begin with, at a time. */
const pieceLength = 1 << 15;

/**
 * Sorts `places` by the texts there: pieces by the first four bytes, as numbers; where these are the same, and among pieces,
 * by merging. (The sorting of typed arrays by a function takes four times the room of the numbers.)
 */
function sort(places: Uint32Array, cells: CsvCells, scratch: Uint32Array): void {
  const pairs = new BigUint64Array(Math.min(places.length, pieceLength));
  const halves = new Uint32Array(pairs.buffer);
  const [low, high] =
    new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? ([0, 1] as const) : ([1, 0] as const);

  const sortPiece = (from: number, to: number): void => {
    const length = to - from;
    for (let i = 0; i < length; i++) {
      const place = places[from + i]!;
      halves[2 * i + low] = place;
      halves[2 * i + high] = cells.beginning(place);
    }
    pairs.subarray(0, length).sort();
    let run = 0;
    for (let i = 0; i < length; i++) {
      places[from + i] = halves[2 * i + low]!;
      if (halves[2 * i + high] === halves[2 * run + high]) continue;
      sortPart(from + run, from + i, 1);
      run = i;
    }
    sortPart(from + run, to, 1);
  };

  const sortPart = (from: number, to: number, piece: number): void => {
    if (to - from < 2) return;
    if (to - from <= piece) {
      sortPiece(from, to);
      return;
    }
    const middle = from + ((to - from) >> 1);
    sortPart(from, middle, piece);
    sortPart(middle, to, piece);
    if (cells.compare(places[middle - 1]!, places[middle]!) <= 0) return;
    scratch.set(places.subarray(from, middle));
    let [left, right] = [0, middle];
    for (let at = from; left < middle - from; at++)
      places[at] =
        right < to && cells.compare(places[right]!, scratch[left]!) < 0 ? places[right++]! : scratch[left++]!;
  };
  sortPart(0, places.length, pieceLength);
}

/** Numbers by place: a hash table, as a list of all places up to the last would be as long as the file. */
export class PlaceRanks {
  /**
   * @param places which are numbered from 0 on; each once
   * @param slots a number and 1, or 0 where there is none: room for more than there are places
   */
  constructor(
    private readonly places: Uint32Array,
    private readonly slots: Uint32Array,
  ) {
    slots.fill(0);
    places.forEach((place, rank) => {
      slots[this.slotOf(place)] = rank + 1;
    });
  }

  get(place: number): number {
    return this.slots[this.slotOf(place)]! - 1;
  }

  private slotOf(place: number): number {
    const { slots, places } = this;
    let slot = (Math.imul(place, 0x9e3779b1) >>> 0) % slots.length;
    while (slots[slot] !== 0 && places[slots[slot]! - 1] !== place)
      slot = slot + 1 === slots.length ? 0 : slot + 1;
    return slot;
  }
}
