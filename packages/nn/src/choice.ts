/** Options that are one of a few words or numbers. */
import { ArgumentError } from "@wengert/autograd";

/**
 * Refuses what types forbid too: without them it would be taken for another choice.
 *
 * @param what as in "the nonlinearity"
 * @throws ArgumentError if `given` is not among the choices
 */
export function checkChoice<Choice extends string | number>(
  name: string,
  what: string,
  given: Choice,
  choices: readonly Choice[],
): void {
  if (choices.includes(given)) return;
  const shown = choices.map((choice) => JSON.stringify(choice));
  throw new ArgumentError(
    `${name}: ${what} is ${JSON.stringify(given)}; it must be ${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`,
  );
}
