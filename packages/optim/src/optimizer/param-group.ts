/** Parameters with options of their own, and those options as tensors. */
import { ArgumentError, assign, type FloatDType, noGrad, type Tensor, tensor } from "@wengert/autograd";
import { complete, type Defaults, unlike } from "./checks.js";

/** Parameters that are trained with the same options, which may be set between steps: `group.lr = 0.1`. */
export type ParamGroup<Options> = { readonly params: readonly Tensor[] } & {
  -readonly [Name in keyof Options]: Options[Name];
};

/** What an optimizer says about its options. */
export interface Rules<Options> {
  /** Of the optimizer, for errors. */
  readonly name: string;
  /**
   * The options of groups that say nothing else; undefined for what must be said. They say what options are to be, too:
   * switches, two factors by which averages decay, or else numbers of 0 or more.
   */
  readonly defaults: Defaults<Options>;
  /** Options that are more than that, of which `objection` alone tells what is wrong. */
  readonly special?: readonly (keyof Options)[];
  /** What is wrong with options beside that, if anything. */
  readonly objection?: (options: Options) => string | undefined;
  /** What is read beside the options that are numbers. */
  readonly numbers?: (options: Options) => { readonly [name: string]: number };
}

/**
 * The options of a group, and its numbers as tensors. Setting an option changes the tensors at once: a recorded step has
 * them for inputs, and so goes on with the new number when it is replayed.
 */
export class GroupOptions<Options extends object> {
  readonly group: ParamGroup<Options>;
  private options: Options;
  private readonly byDtype = new Map<FloatDType, Readonly<Record<string, Tensor>>>();

  /** @throws ArgumentError if an option is unknown or out of its range */
  constructor(
    readonly params: readonly Tensor[],
    given: Partial<Options>,
    private readonly rules: Rules<Options>,
  ) {
    this.options = this.checked(given);
    const group = { params };
    for (const name of Object.keys(rules.defaults) as (keyof Options)[])
      Object.defineProperty(group, name, {
        enumerable: true,
        get: () => this.options[name],
        set: (value: Options[typeof name]) => {
          this.set(this.checked({ ...this.options, [name]: value }));
        },
      });
    this.group = group as ParamGroup<Options>;
  }

  /** The options of the moment, which are never changed in place. */
  get current(): Options {
    return this.options;
  }

  /** Options as they may be set, those not given by default. */
  checked(given: Partial<Options>): Options {
    const { name, defaults, special = [], objection } = this.rules;
    // What is undefined is no default here, but an option that somebody failed to set.
    const options = { ...complete<Partial<Options>>(name, given, defaults), ...given } as Options;
    const plain = Object.entries(options).filter(([option]) => !special.includes(option as keyof Options));
    const wrong = unlike(Object.fromEntries(plain), defaults) ?? objection?.(options);
    if (wrong !== undefined) throw new ArgumentError(`${name}: ${wrong}`);
    return options;
  }

  set(options: Options): void {
    this.options = options;
    const values = new Map(this.values());
    noGrad(() => {
      for (const [dtype, tensors] of this.byDtype)
        for (const [name, each] of Object.entries(tensors))
          assign(each, tensor(values.get(name)!, { dtype }));
    });
  }

  private values(): (readonly [name: string, value: number])[] {
    const { options } = this;
    const own = Object.entries(options).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    );
    return [...own, ...Object.entries(this.rules.numbers?.(options) ?? {})];
  }

  /** The numbers by name, as 0-d tensors in the dtype of what they are computed with. */
  readonly numbers = (dtype: FloatDType): Readonly<Record<string, Tensor>> => {
    let made = this.byDtype.get(dtype);
    if (made === undefined) {
      made = Object.fromEntries(this.values().map(([name, value]) => [name, tensor(value, { dtype })]));
      this.byDtype.set(dtype, made);
    }
    return made;
  };
}
