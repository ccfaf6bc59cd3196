/** One long text as batches for truncated backpropagation through time. */
import { ArgumentError, type Tensor, tensor } from "@wengert/autograd";

export interface TextStreamOptions {
  /** Into how many streams to cut the text: N. */
  readonly batchSize: number;
  /** The number of steps in a batch: T. */
  readonly sequenceLength: number;
  /** Whether to leave out a last batch of fewer steps; `false` by default. */
  readonly dropLast?: boolean;
}

/**
 * A text cut into N streams of equal length, read side by side, T steps at a time: pairs `[x, y]` of int32 tensors
 * [N, T], y being x one step further on. Row n of a batch continues row n of the batch before, so the state that a
 * recurrent network ends a batch with is the one it begins the next with; a new pass begins with a new state.
 *
 * The N streams predict every token but the first, up to fewer than N at the end.
 */
export class TextStream implements Iterable<[x: Tensor, y: Tensor]> {
  readonly batchSize: number;
  readonly sequenceLength: number;
  /** The number of batches in a pass. */
  readonly length: number;
  /** The number of tokens that one pass predicts. */
  readonly predictions: number;
  private readonly steps: number;

  /**
   * @param ids the numbers of the text's tokens, as from `Vocabulary.encode`; read, not copied
   * @throws ArgumentError if a size is no positive integer, or the text does not fill one batch
   */
  constructor(
    private readonly ids: Int32Array,
    { batchSize, sequenceLength, dropLast = false }: TextStreamOptions,
  ) {
    for (const [name, size] of Object.entries({ batchSize, sequenceLength }))
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError(`TextStream: ${name} is ${size}; it must be an integer, 1 or more`);
    // The last prediction of a stream is the first input of the next, so one token more than inputs is needed.
    const steps = Math.floor((ids.length - 1) / batchSize);
    const needed = (dropLast ? sequenceLength : 1) * batchSize + 1;
    if (ids.length < needed)
      throw new ArgumentError(
        `TextStream: ${ids.length} tokens do not fill a batch of ${batchSize} streams of ${dropLast ? sequenceLength : 1}, which takes ${needed}; use a longer text, fewer streams or shorter sequences`,
      );
    this.batchSize = batchSize;
    this.sequenceLength = sequenceLength;
    this.length = dropLast ? Math.floor(steps / sequenceLength) : Math.ceil(steps / sequenceLength);
    this.steps = Math.min(steps, this.length * sequenceLength);
    this.predictions = this.steps * batchSize;
  }

  [Symbol.iterator](): IterableIterator<[x: Tensor, y: Tensor]> {
    return this.batches();
  }

  /** The batches of a pass from batch `start` on, as a run that was interrupted needs them. */
  *batches(start = 0): IterableIterator<[x: Tensor, y: Tensor]> {
    for (let batch = start; batch < this.length; batch++) yield [this.block(batch, 0), this.block(batch, 1)];
  }

  private block(batch: number, shift: number): Tensor {
    const from = batch * this.sequenceLength;
    const length = Math.min(this.sequenceLength, this.steps - from);
    const made = new Int32Array(this.batchSize * length);
    for (let row = 0; row < this.batchSize; row++) {
      const first = row * this.steps + from + shift;
      made.set(this.ids.subarray(first, first + length), row * length);
    }
    return tensor(made, { shape: [this.batchSize, length] });
  }
}
