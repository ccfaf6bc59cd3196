/** The WebAssembly functions of which the matrix product is made, for each dtype. */
import type { DType } from "../../dtype.js";
import { internal } from "../../errors.js";
import type { ModuleBuilder } from "../../wasm/builder.js";
import { f32x4, f64x2, i32x4, type Lanes } from "../../wasm/lanes.js";
import { i32, select, typed } from "../../wasm/values.js";
import { type Emitters, lazily } from "../lazy.js";
import {
  emitGather,
  emitPairColumns,
  emitPairRows,
  emitTouch,
  emitTranspose,
  panelBytes,
  panelVectors,
} from "./pack.js";
import { emitStoreTransposed } from "./store.js";
import { emitTiles, type Reading } from "./tiles.js";
import { emitLongRow, emitOuter, emitRow, emitRowTransposed } from "./vectors.js";

/** The dtypes of which there is a matrix product. */
type MatmulDType = "float32" | "float64" | "int32";

export type Tiles = (
  rows: number,
  columns: number,
  depth: number,
  x: number,
  xStep: number,
  y: number,
  yStep: number,
  out: number,
  outStep: number,
  panel: number,
  panelStep: number,
  add: number,
) => void;

type Row = (
  columns: number,
  depth: number,
  x: number,
  y: number,
  yStep: number,
  out: number,
  add: number,
) => void;

type LongRow = (
  columns: number,
  depth: number,
  x: number,
  y: number,
  yStep: number,
  out: number,
  add: number,
  sums: number,
) => void;

type Outer = (
  rows: number,
  columns: number,
  x: number,
  xStep: number,
  y: number,
  out: number,
  outStep: number,
  add: number,
) => void;

type Gather = (
  source: number,
  rowStep: number,
  columnStep: number,
  rows: number,
  columns: number,
  target: number,
) => void;

type Transpose = (
  source: number,
  step: number,
  lines: number,
  length: number,
  target: number,
  targetStep: number,
) => void;

type Pair = (
  source: number,
  step: number,
  rows: number,
  depth: number,
  target: number,
  targetStep: number,
) => void;

type StoreTransposed = (
  source: number,
  sourceStep: number,
  rows: number,
  columns: number,
  out: number,
  outStep: number,
  add: number,
) => void;

/** The functions for one dtype. */
export interface Kernels {
  readonly tilesOfRows: Tiles;
  readonly tilesOfPackedRows: Tiles;
  readonly tilesOfPackedColumns: Tiles;
  readonly pairsWithRows: Tiles;
  readonly pairsWithColumns: Tiles;
  readonly pairsWithPanels: Tiles;
  readonly pairRows: Pair;
  readonly pairColumns: Pair;
  readonly storeTransposed: StoreTransposed;
  readonly transpose: Transpose;
  readonly row: Row;
  readonly longRow: LongRow;
  readonly rowTransposed: Row;
  readonly outer: Outer;
  readonly gather: Gather;
  readonly touch: (source: number, step: number, lines: number, bytes: number) => void;
}

/** A matrix y whose columns lie dense, `yStep` apart, is packed by transposing it. */
function transposing(module: ModuleBuilder, lanes: Lanes): Reading {
  const transpose = emitTranspose(module, lanes);
  const panelColumns = typed("i32", panelVectors * lanes.count);
  return {
    pack: (y, yStep, depth, columns, panel) => {
      const lines = select(i32.ltS(columns, panelColumns), columns, panelColumns);
      return transpose(y, yStep, lines, depth, panel, panelBytes);
    },
    advance: (y, yStep) => i32.add(y, i32.mul(yStep, panelColumns)),
  };
}

const emitters: Emitters<Kernels> = {
  tilesOfRows: (module, lanes) => emitTiles(module, "tilesOfRows", lanes, "as it lies"),
  tilesOfPackedRows: (module, lanes) => emitTiles(module, "tilesOfPackedRows", lanes, "packed"),
  tilesOfPackedColumns: (module, lanes) =>
    emitTiles(module, "tilesOfPackedColumns", lanes, transposing(module, lanes)),
  storeTransposed: emitStoreTransposed,
  pairsWithRows: (module, lanes) => emitTiles(module, "pairsWithRows", lanes, "packed", { pairs: true }),
  pairsWithColumns: (module, lanes) =>
    emitTiles(module, "pairsWithColumns", lanes, transposing(module, lanes), { pairs: true }),
  pairsWithPanels: (module, lanes) => emitTiles(module, "pairsWithPanels", lanes, "panels", { pairs: true }),
  pairRows: emitPairRows,
  pairColumns: emitPairColumns,
  transpose: emitTranspose,
  row: emitRow,
  longRow: emitLongRow,
  rowTransposed: emitRowTransposed,
  outer: emitOuter,
  gather: emitGather,
  touch: emitTouch,
};

const lanesOf: Readonly<Record<MatmulDType, Lanes>> = { float32: f32x4, float64: f64x2, int32: i32x4 };
const ofDType: Partial<Record<MatmulDType, Kernels>> = {};

/** The functions for a dtype. */
export function kernelsFor(dtype: DType): Kernels {
  if (dtype === "uint8" || dtype === "bool") throw internal(`there is no matrix product of ${dtype}`);
  ofDType[dtype] ??= lazily(emitters, lanesOf[dtype]);
  return ofDType[dtype];
}
