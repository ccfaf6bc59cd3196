/** The WebAssembly functions of which convolutions are made, beside those of the matrix product. */
import type { DType } from "../../dtype.js";
import { internal } from "../../errors.js";
import type { ModuleBuilder } from "../../wasm/builder.js";
import { f32x4, f64x2, i32x4, type Lanes } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { type Emitters, lazily } from "../lazy.js";
import type { Tiles } from "../matmul/kernels.js";
import { panelBytes } from "../matmul/pack.js";
import { emitTiles, type Reading } from "../matmul/tiles.js";
import { emitAddBias } from "./add-bias.js";
import { emitAddScaledWindows, emitAddWindows } from "./add-windows.js";
import { emitDots } from "./dots.js";
import { emitFewRows } from "./few-rows.js";
import { emitExchange, emitMoveRows, emitUnzipRows, emitZipRows } from "./move-rows.js";
import { emitPackWindows } from "./pack-windows.js";
import { emitTilesOfTaps } from "./tap-tiles.js";

type PairedRows = (
  table: number,
  rows: number,
  length: number,
  first: number,
  second: number,
  dense: number,
) => void;

/** The functions for one dtype. */
export interface Kernels {
  /** See `emitTiles`: `y` is the table of columns, `yStep` that of rows, and the word at `panel − 16` their origin. */
  readonly tilesOfWindows: Tiles;
  readonly pairsWithWindows: Tiles;
  /** As `pairsWithWindows`: here the columns are taps, and the rows are windows. */
  readonly pairsWithTaps: Tiles;
  readonly fewRowsOfWindows: (
    rows: number,
    columns: number,
    depth: number,
    x: number,
    xStep: number,
    columnTable: number,
    rowTable: number,
    origin: number,
    out: number,
    outStep: number,
    add: number,
    bias: number,
  ) => void;
  readonly tilesOfTaps: (
    rows: number,
    columns: number,
    depth: number,
    rowTable: number,
    depthTable: number,
    origin: number,
    panel: number,
    out: number,
    outStep: number,
    add: number,
  ) => void;
  readonly dots: (
    rows: number,
    taps: number,
    vectors: number,
    tapTable: number,
    vectorTable: number,
    origin: number,
    gradient: number,
    gradientStep: number,
    masks: number,
    out: number,
    outStep: number,
    add: number,
  ) => void;
  readonly addScaledWindows: (
    source: number,
    factors: number,
    rows: number,
    runs: number,
    length: number,
    step: number,
    rowTable: number,
    runTable: number,
    origin: number,
  ) => void;
  readonly addWindows: (
    source: number,
    sourceStep: number,
    rows: number,
    runs: number,
    length: number,
    step: number,
    rowTable: number,
    runTable: number,
    origin: number,
  ) => void;
  readonly addBias: (rows: number, columns: number, bias: number, out: number, outStep: number) => void;
  readonly exchange: (
    outer: number,
    inner: number,
    length: number,
    source: number,
    sourceOuter: number,
    sourceInner: number,
    target: number,
    targetOuter: number,
    targetInner: number,
  ) => void;
  readonly moveRows: (
    table: number,
    rows: number,
    length: number,
    sourceStep: number,
    targetStep: number,
    source: number,
    target: number,
  ) => void;
  readonly zipRows: PairedRows;
  readonly unzipRows: PairedRows;
}

const described = (module: ModuleBuilder, lanes: Lanes, ofTaps = false): Reading => ({
  pack: emitPackWindows(module, lanes, { ofTaps }),
  // The table of columns, whose entries are as wide as elements.
  advance: (columnTable) => i32.add(columnTable, panelBytes),
});

const emitters: Emitters<Kernels> = {
  tilesOfWindows: (module, lanes) => emitTiles(module, "tilesOfWindows", lanes, described(module, lanes)),
  pairsWithWindows: (module, lanes) =>
    emitTiles(module, "pairsWithWindows", lanes, described(module, lanes), { pairs: true }),
  pairsWithTaps: (module, lanes) =>
    emitTiles(module, "pairsWithTaps", lanes, described(module, lanes, true), { pairs: true }),
  fewRowsOfWindows: emitFewRows,
  tilesOfTaps: emitTilesOfTaps,
  dots: emitDots,
  addWindows: emitAddWindows,
  addScaledWindows: emitAddScaledWindows,
  addBias: emitAddBias,
  moveRows: emitMoveRows,
  zipRows: emitZipRows,
  unzipRows: emitUnzipRows,
  exchange: emitExchange,
};

const lanesOf = { float32: f32x4, float64: f64x2, int32: i32x4 } as const;
const ofDType: Partial<Record<keyof typeof lanesOf, Kernels>> = {};

/** The functions for a dtype. */
export function kernelsFor(dtype: DType): Kernels {
  if (dtype === "uint8" || dtype === "bool") throw internal(`there is no convolution of ${dtype}`);
  ofDType[dtype] ??= lazily(emitters, lanesOf[dtype]);
  return ofDType[dtype];
}
