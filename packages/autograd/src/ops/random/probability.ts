/** What a probability is. */
import { ArgumentError } from "../../errors.js";

/** @throws ArgumentError if it is not from 0 to 1 */
export function checkProbability(name: string, probability: number, called = "probability"): void {
  if (!(probability >= 0 && probability <= 1))
    throw new ArgumentError(`${name}: the ${called} is ${probability}; it must be from 0 to 1`);
}
