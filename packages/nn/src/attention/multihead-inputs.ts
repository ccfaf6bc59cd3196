/** What multi-head attention is called with: shapes that must fit, and masks. */
import { causalMask, DTypeError, reshape, ShapeError, type Tensor } from "@wengert/autograd";
import { show } from "../recurrent/state.js";
import { both, checkMask, opened } from "./masks.js";

export interface AttentionMasks {
  /** The keys that are padding, [N, S]: bool, true for those; or floats that are added to the scores. */
  readonly keyPaddingMask?: Tensor | undefined;
  /**
   * The keys that a query does not attend to, [L, S] or [N · numHeads, L, S]: bool, true for those (as PyTorch has it;
   * `causalMask` and `scaledDotProductAttention` mean the others); or floats that are added to the scores.
   */
  readonly attnMask?: Tensor | undefined;
  /** Whether query i attends to the keys 0 to i alone, besides what the masks say; false by default. */
  readonly isCausal?: boolean | undefined;
}

/** The lengths of the axes of a call. */
export interface AttentionSizes {
  /** 1 for inputs without N. */
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
}

interface Dimensions {
  readonly embedDim: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly numHeads: number;
  readonly batchFirst: boolean;
}

/** @throws ShapeError, DTypeError for inputs that do not fit the module or one another */
export function checkInputs(
  { embedDim, kdim, vdim, numHeads, batchFirst }: Dimensions,
  inputs: readonly [query: Tensor, key: Tensor, value: Tensor],
  { keyPaddingMask, attnMask }: AttentionMasks,
): AttentionSizes {
  const [query, key, value] = inputs;
  const given = `query is ${show(query.shape)}, key is ${show(key.shape)} and value is ${show(value.shape)}`;
  const axes = (length: string): string => (batchFirst ? `N, ${length}` : `${length}, N`);
  if (
    (query.rank !== 2 && query.rank !== 3) ||
    inputs.some(({ rank }) => rank !== query.rank) ||
    inputs.some(({ shape }, i) => shape.at(-1) !== [embedDim, kdim, vdim][i])
  )
    throw new ShapeError(
      `${given}; they must be [${axes("L")}, ${embedDim}], [${axes("S")}, ${kdim}] and [${axes("S")}, ${vdim}], all with or all without N`,
    );
  const single = query.rank === 2;
  const lengthOf = ({ shape }: Tensor): number => shape[single || !batchFirst ? 0 : 1] as number;
  const batchOf = ({ shape }: Tensor): number => (single ? 1 : (shape[batchFirst ? 0 : 1] as number));
  const batch = batchOf(query);
  if (batchOf(key) !== batch || batchOf(value) !== batch)
    throw new ShapeError(
      `${given}; N, axis ${batchFirst ? 0 : 1}, is ${batch}, ${batchOf(key)} and ${batchOf(value)}; it must be the same`,
    );
  const [queries, keys] = [lengthOf(query), lengthOf(key)];
  if (lengthOf(value) !== keys)
    throw new ShapeError(
      `${given}; S, axis ${single || !batchFirst ? 0 : 1}, is ${keys} of the keys and ${lengthOf(value)} of the values; it must be the same`,
    );
  for (const { dtype } of inputs)
    if (dtype !== query.dtype)
      throw new DTypeError(
        `query is ${query.dtype}, key is ${key.dtype} and value is ${value.dtype}; they must be the same`,
      );
  checkMask(
    "keyPaddingMask",
    keyPaddingMask,
    query.dtype,
    [single ? [keys] : [batch, keys]],
    single ? "[S]" : "[N, S]",
  );
  checkMask(
    "attnMask",
    attnMask,
    query.dtype,
    [
      [queries, keys],
      [batch * numHeads, queries, keys],
    ],
    "[L, S] or [N · numHeads, L, S]",
  );
  return { batch, heads: numHeads, queries, keys };
}

/** All masks as one that broadcasts to [N, h, L, S]: bool, true for what takes part, or floats to be added. */
export function maskOf(
  { keyPaddingMask, attnMask, isCausal = false }: AttentionMasks,
  { batch, heads, queries, keys }: AttentionSizes,
): Tensor | undefined {
  const padding = keyPaddingMask && reshape(keyPaddingMask, [batch, 1, 1, keys]);
  const perHead = attnMask?.rank === 3 ? reshape(attnMask, [batch, heads, queries, keys]) : attnMask;
  const causal = isCausal ? causalMask(queries, keys) : undefined;
  return both(both(opened(perHead), causal), opened(padding));
}
