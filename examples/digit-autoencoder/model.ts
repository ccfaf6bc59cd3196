/** The networks, and what a picture shows of each. */
import { type Generator, noGrad, type Tensor } from "@wengert/autograd";
import { Autoencoder, SaltAndPepperNoise, VariationalAutoencoder } from "@wengert/nn";
import { side } from "./digits.js";
import type { Options } from "./options.js";

export type Model = Autoencoder | VariationalAutoencoder;

/** All that is random about it comes from `generator`. */
export function makeModel({ kind, hidden, code, beta, noise }: Options, generator: Generator): Model {
  const pixels = side * side;
  if (kind === "variational") return new VariationalAutoencoder(pixels, hidden, code, { beta, generator });
  const corruption = new SaltAndPepperNoise(noise, { generator });
  return new Autoencoder(pixels, hidden, { tied: true, corruption, generator });
}

/** Images in a row, with a title. */
export interface Row {
  readonly title: string;
  readonly images: Tensor;
}

/** What `model` makes of images. Draws from its generator. */
export function rowsOf(model: Model, images: Tensor): readonly Row[] {
  return noGrad(() => {
    const given = { title: "digits it was not trained on", images };
    if (model instanceof VariationalAutoencoder)
      return [
        given,
        {
          title: `restored from ${model.latentFeatures} numbers each`,
          images: model.eval().forward(images),
        },
        { title: "made of random numbers", images: model.generate(images.shape[0]!) },
      ];
    const noisy = model.train().corruption.forward(images) as Tensor;
    return [
      given,
      { title: "with noise", images: noisy },
      { title: "restored", images: model.decode(model.encode(noisy)) },
    ];
  });
}
