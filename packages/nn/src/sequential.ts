/** Layers one after another. */
import { ArgumentError, reveal, type Tensor } from "@wengert/autograd";
import { Module } from "./module.js";

/** A module from tensor to tensor. */
export interface Layer extends Module {
  forward(x: Tensor): Tensor;
}

/**
 * y = fₙ(… f₂(f₁(x))), the fᵢ being modules or plain functions such as `relu`.
 *
 * Parameters are named by the index of their layer: `layers.0.weight`, and `0.weight` in files, where functions count
 * too, as PyTorch's modules without parameters do.
 *
 * @throws ArgumentError for what is neither, such as an array of layers
 */
export class Sequential extends Module {
  readonly layers: readonly (Layer | ((x: Tensor) => Tensor))[];

  constructor(...layers: (Layer | ((x: Tensor) => Tensor))[]) {
    super();
    const wrong = layers.findIndex(
      (layer) => typeof layer !== "function" && (layer as Partial<Layer>)["~part"] !== "module",
    );
    if (wrong >= 0)
      throw new ArgumentError(
        `Sequential: layer ${wrong} is neither a module nor a function; give one layer after another, not an array`,
      );
    this.layers = layers;
  }

  forward(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.layers) {
      const before = y;
      y = typeof layer === "function" ? reveal([before], () => layer(before)) : layer.forward(before);
    }
    return y;
  }

  protected override diskName(path: string): string {
    return path.replace(/^layers\./, "");
  }
}
