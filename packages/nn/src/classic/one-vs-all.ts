/** Several classes from models that tell two apart. */
import { ArgumentError, argmax, stack, type Tensor } from "@wengert/autograd";
import { Module } from "../module.js";

/** A model that says how much an input is of its class. */
export interface Scorer extends Module {
  /** [N] or [N, 1] from [N, ...]; the larger, the more. */
  score(x: Tensor): Tensor;
}

/**
 * One model for each class, against all others: the answer is the class whose model is the surest.
 *
 *   y = argmax_c score_c(x)
 *
 * x: [N, ...]   y: [N], int32. Rifkin & Klautau 2004, "In defense of one-vs-all classification".
 */
export class OneVsAll<M extends Scorer = Scorer> extends Module {
  readonly models: readonly M[];

  /** @param make makes the model of a class */
  constructor(
    readonly classes: number,
    make: (label: number) => M,
  ) {
    super();
    if (!Number.isInteger(classes) || classes < 2)
      throw new ArgumentError(`OneVsAll: there are ${classes} classes; there must be 2 or more`);
    this.models = Array.from({ length: classes }, (_, label) => make(label));
  }

  /** The scores of all classes: [N, classes]. */
  scores(x: Tensor): Tensor {
    return stack(
      this.models.map((model) => model.score(x).flatten()),
      { axis: 1 },
    );
  }

  forward(x: Tensor): Tensor {
    return argmax(this.scores(x), { axis: 1 });
  }

  /**
   * Trains each model on its class: calls `train` with the model and its targets, 1 for its class and 0 for the others.
   *
   * @param y [N], class numbers
   */
  fit(y: Tensor, train: (model: M, targets: Tensor, label: number) => void): void {
    for (const [label, model] of this.models.entries()) train(model, y.equal(label).to("int32"), label);
  }
}
