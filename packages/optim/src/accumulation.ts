/** Large batches in small pieces. */
import { ArgumentError, type Tensor } from "@wengert/autograd";
import { checkWhole } from "./schedules/schedule.js";

interface Steps {
  step(): void;
  zeroGrad(): void;
}

/**
 * Adds up the gradients of `every` batches before each step of the optimizer, so that the mean of their losses is what
 * is descended: a batch `every` times as large, in the memory of one.
 *
 * `if (accumulation.backward(loss)) schedule.step();` stands in place of `zeroGrad`, `backward` and `step`.
 */
export class GradientAccumulation {
  private done = 0;

  /**
   * @param every how many batches make a step
   * @param beforeStep what is to be done with the gradients, such as clipping
   */
  constructor(
    private readonly optimizer: Steps,
    private readonly every: number,
    private readonly beforeStep: () => void = () => undefined,
  ) {
    checkWhole("GradientAccumulation: every", every, 1);
  }

  /**
   * Adds the gradients of `loss / every`, and after `every` of them takes a step.
   *
   * @returns whether a step was taken
   * @throws ArgumentError if the loss is not finite; its gradients are then not added
   */
  backward(loss: Tensor): boolean {
    const value = loss.item();
    if (!Number.isFinite(value))
      throw new ArgumentError(`GradientAccumulation.backward: the loss is ${value}; it must be finite`);
    if (this.done === 0) this.optimizer.zeroGrad();
    loss.div(this.every).backward();
    this.done++;
    if (this.done < this.every) return false;
    this.take();
    return true;
  }

  /** Takes the step of batches that are left over at the end of an epoch; with fewer batches it is a smaller one. */
  flush(): boolean {
    if (this.done === 0) return false;
    this.take();
    return true;
  }

  private take(): void {
    this.beforeStep();
    this.optimizer.step();
    this.done = 0;
  }
}
