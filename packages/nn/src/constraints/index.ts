/** Linear constraints on weights, which hold while they are trained. */
export { type Updates, WeightConstraint } from "./constraint.js";
export { LinearEquations } from "./equations.js";
export { LinearSpan, type SpanOptions } from "./span.js";
export { TiedWeights, type TiesOptions } from "./ties.js";
