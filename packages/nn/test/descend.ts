/** Learning by heart. */
import { noGrad, type Tensor, zerosLike } from "@wengert/autograd";
import type { Module } from "../src/index.js";

/** RMSProp with momentum, in four lines: the package of optimizers is not known here. */
export function descend(
  model: Module,
  lossOf: () => Tensor,
  { lr, steps }: { lr: number; steps: number },
): number {
  const averages = model
    .parameters()
    .map((parameter) => ({ m: zerosLike(parameter), v: zerosLike(parameter) }));
  for (let step = 0; step < steps; step++) {
    model.zeroGrad();
    lossOf().backward();
    noGrad(() =>
      model.parameters().forEach((parameter, i) => {
        const { m, v } = averages[i]!;
        m.assign(m.lerp(parameter.grad!, 0.1));
        v.assign(v.lerp(parameter.grad!.square(), 0.01));
        parameter.assign(parameter.sub(m.div(v.sqrt().add(1e-4)).mul(lr)));
      }),
    );
  }
  return lossOf().item();
}
