/** Autoencoders on the codes of one another. */
import { ArgumentError, noGrad, type Tensor } from "@wengert/autograd";
import { Module } from "../module.js";
import { Sequential } from "../sequential.js";
import type { Autoencoder } from "./autoencoder.js";

/**
 * Trains one autoencoder.
 *
 * @param inputsOf what it is to restore of examples x: the codes of those below it, through which no gradient flows
 */
export type LayerTraining = (
  layer: Autoencoder,
  inputsOf: (x: Tensor) => Tensor,
  index: number,
) => void | Promise<void>;

/**
 * A deep autoencoder, trained layer by layer and then as a whole.
 *
 *   h⁰ = x,   hˡ = encodeˡ(hˡ⁻¹)          upwards
 *   x̂ᴸ = hᴸ,  x̂ˡ⁻¹ = decodeˡ(x̂ˡ)         and back: x̂ = x̂⁰
 *
 * x: [..., inFeatures of the first]   hᴸ: [..., codeFeatures of the last]   x̂: as x
 *
 * `pretrain` is greedy: each layer learns to restore the codes of the one below, which is trained by then and stays as it is.
 * Those codes are of clean examples; the corruption of a layer is drawn on its own inputs. `loss` is of the whole, without
 * corruption. `encoder()` is what a classifier is put on.
 *
 * ```ts
 * const stack = new StackedAutoencoder([new Autoencoder(784, 256), new Autoencoder(256, 64)]);
 * await stack.pretrain((layer, inputsOf) => {
 *   const optimizer = new Adam(layer);
 *   for (const x of batches) {
 *     optimizer.zeroGrad();
 *     layer.loss(inputsOf(x)).backward();
 *     optimizer.step();
 *   }
 * });
 * const classifier = new Sequential(stack.encoder(), new Linear(64, 10)); // fine-tuned
 * ```
 *
 * Bengio et al. 2007, "Greedy layer-wise training of deep networks"; Vincent et al. 2010, section 3.5.
 *
 * @throws ArgumentError if there is no layer, or the codes of one are not the inputs of the next
 */
export class StackedAutoencoder extends Module {
  readonly layers: readonly Autoencoder[];

  constructor(layers: Iterable<Autoencoder>) {
    super();
    this.layers = [...layers];
    if (this.layers.length === 0)
      throw new ArgumentError("StackedAutoencoder: there are no layers; give one or more");
    this.layers.slice(1).forEach(({ inFeatures }, i) => {
      const { codeFeatures } = this.layers[i]!;
      if (inFeatures !== codeFeatures)
        throw new ArgumentError(
          `StackedAutoencoder: layer ${i} has codes of ${codeFeatures} features, and layer ${i + 1} inputs of ${inFeatures}; they must be the same`,
        );
    });
  }

  /** hᴸ of x. */
  encode(x: Tensor): Tensor {
    return this.codes(x, this.layers.length);
  }

  /** x̂ of hᴸ. */
  decode(h: Tensor): Tensor {
    return this.layers.reduceRight((y, layer) => layer.decode(y), h);
  }

  forward(x: Tensor): Tensor {
    return this.decode(this.encode(x));
  }

  /** The reconstruction loss of the whole, that of the first layer: 0-d. */
  loss(x: Tensor): Tensor {
    const [first, ...above] = this.layers;
    const h = above.reduceRight((y, layer) => layer.decode(y), this.encode(x));
    return first!.reconstructionLoss(h, x);
  }

  /** Has `train` train the layers, from the lowest to the highest. */
  async pretrain(train: LayerTraining): Promise<void> {
    for (const [index, layer] of this.layers.entries())
      await train(layer, (x) => noGrad(() => this.codes(x, index)), index);
  }

  /**
   * The way up as a network of its own, which shares its parameters with this: what trains the one trains the other.
   * Its layers are those of a `Sequential`, in files `0.weight`, `0.bias`, `2.weight` …
   *
   * @param options `frozen`: whether the parameters are taken out of training (until `unfreeze()`), so that only what is
   *   put on top learns; false by default
   */
  encoder({ frozen = false }: { readonly frozen?: boolean } = {}): Sequential {
    const encoder = new Sequential(...this.layers.flatMap((layer) => [layer.encoder, layer.activation]));
    return frozen ? encoder.freeze() : encoder;
  }

  /** hˡ of x. */
  private codes(x: Tensor, count: number): Tensor {
    return this.layers.slice(0, count).reduce((y, layer) => layer.encode(y), x);
  }
}
