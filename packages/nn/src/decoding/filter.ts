/** What is drawn from: logits, changed. */
import {
  ArgumentError,
  arange,
  cumsum,
  div,
  type FloatDType,
  full,
  less,
  scatter,
  softmax,
  sort,
  sub,
  type Tensor,
  where,
} from "@wengert/autograd";

export interface FilterOptions {
  /** Divides the logits: below 1 what is likely becomes likelier. 1 by default. */
  readonly temperature?: number | undefined;
  /** How many symbols, the likeliest, are drawn from; by default all. Of equal ones the first. */
  readonly topK?: number | undefined;
  /** The likeliest symbols are drawn from, as few as have this probability together; 1, for all, by default. */
  readonly topP?: number | undefined;
}

/**
 * Logits divided by the temperature, and −∞ for what is not among the `topK`; then, by the probabilities that these
 * leave, −∞ for what is not among the fewest that sum up to `topP`. At least one is left.
 *
 * Fan, Lewis & Dauphin 2018, "Hierarchical neural story generation", section 5.4 (topK); Holtzman et al. 2020, "The
 * curious case of neural text degeneration", section 3.1 (topP).
 *
 * @param logits [..., V]
 * @throws ArgumentError if an option cannot be what it is
 */
export function filterLogits(
  logits: Tensor,
  { temperature = 1, topK, topP = 1 }: FilterOptions = {},
): Tensor {
  if (!(temperature > 0 && temperature < Number.POSITIVE_INFINITY))
    throw new ArgumentError(
      `filterLogits: the temperature is ${temperature}; it must be above 0 (greedyDecode takes the likeliest)`,
    );
  if (topK !== undefined && !(Number.isInteger(topK) && topK > 0))
    throw new ArgumentError(`filterLogits: topK is ${topK}; it must be a positive integer`);
  if (!(topP > 0 && topP <= 1))
    throw new ArgumentError(`filterLogits: topP is ${topP}; it must be above 0, and 1 at most`);
  const scaled = temperature === 1 ? logits : div(logits, temperature);
  if (topK === undefined && topP === 1) return scaled;
  const { values, indices } = sort(scaled, { axis: -1, descending: true });
  let kept = values;
  if (topK !== undefined) {
    const places = arange(logits.shape.at(-1) as number);
    kept = where(less(places, topK), kept, Number.NEGATIVE_INFINITY);
  }
  if (topP < 1) {
    const probabilities = softmax(kept);
    // A symbol stays if those before it are not enough.
    const before = sub(cumsum(probabilities, { axis: -1 }), probabilities);
    kept = where(less(before, topP), kept, Number.NEGATIVE_INFINITY);
  }
  const none = full(logits.shape, Number.NEGATIVE_INFINITY, { dtype: logits.dtype as FloatDType });
  return scatter(none, indices, kept, { axis: -1 });
}
