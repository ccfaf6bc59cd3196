/** The mutant cells run over sequences. */
import type { Tensor } from "@wengert/autograd";
import { Recurrent, type RecurrentOptions } from "./layer.js";
import { MUT1Cell, MUT2Cell, MUT3Cell, type MutantCellOptions } from "./mutant.js";

export interface MutantOptions extends RecurrentOptions, MutantCellOptions {}

/**
 * Cells of the mutant MUT1 run over sequences, layer by layer; see {@link MUT1Cell} for the equations and
 * {@link Recurrent} for the shapes.
 */
export class MUT1 extends Recurrent<Tensor> {
  /** @throws ArgumentError if the input size of a layer is not `hiddenSize`, unless `project` */
  constructor(inputSize: number, hiddenSize: number, { project = false, ...options }: MutantOptions = {}) {
    super(
      inputSize,
      hiddenSize,
      (size, rest) => new MUT1Cell(size, hiddenSize, { ...rest, project }),
      options,
    );
  }
}

/**
 * Cells of the mutant MUT2 run over sequences, layer by layer; see {@link MUT2Cell} for the equations and
 * {@link Recurrent} for the shapes.
 */
export class MUT2 extends Recurrent<Tensor> {
  /** @throws ArgumentError if the input size of a layer is not `hiddenSize`, unless `project` */
  constructor(inputSize: number, hiddenSize: number, { project = false, ...options }: MutantOptions = {}) {
    super(
      inputSize,
      hiddenSize,
      (size, rest) => new MUT2Cell(size, hiddenSize, { ...rest, project }),
      options,
    );
  }
}

/**
 * Cells of the mutant MUT3 run over sequences, layer by layer; see {@link MUT3Cell} for the equations and
 * {@link Recurrent} for the shapes.
 */
export class MUT3 extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, (size, rest) => new MUT3Cell(size, hiddenSize, rest), options);
  }
}
