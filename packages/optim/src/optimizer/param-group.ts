/** ParameterSource with options of their own, and those options as tensors. */
import { ArgumentError, assign, type FloatDType, noGrad, type Tensor, tensor } from "@wengert/autograd";

/** ParameterSource that are trained with the same options, which may be set between steps: `group.lr = 0.1`. */
export type ParamGroup<Options> = { readonly params: readonly Tensor[] } & {
  -readonly [Name in keyof Options]: Options[Name];
};

/** The numbers that the updates of a group read, by name, as 0-d tensors. */
export type Numbers<Name extends string> = Readonly<Record<Name, Tensor>>;

/** What an optimizer says about its options. */
export interface Rules<Options, Name extends string> {
  /** Of the optimizer, for errors. */
  readonly name: string;
  /** The options of groups that say nothing else. */
  readonly defaults: Options;
  /** What is wrong with options, if anything. */
  readonly objection: (options: Options) => string | undefined;
  /** The numbers that updates read. */
  readonly numbers: (options: Options) => Readonly<Record<Name, number>>;
}

/**
 * The options of a group, and its numbers as tensors. Setting an option changes the tensors at once: a recorded step has
 * them for inputs, and so goes on with the new number when it is replayed.
 */
export class GroupOptions<Options extends object, Name extends string> {
  readonly group: ParamGroup<Options>;
  private options: Options;
  private readonly byDtype = new Map<FloatDType, Numbers<Name>>();

  /** @throws ArgumentError if an option is unknown or out of its range */
  constructor(
    readonly params: readonly Tensor[],
    given: Partial<Options>,
    private readonly rules: Rules<Options, Name>,
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

  /** Options as they may be set, those not given by default. */
  checked(given: Partial<Options>): Options {
    const { name, defaults, objection } = this.rules;
    const unknown = Object.keys(given).find((option) => !(option in defaults));
    if (unknown !== undefined)
      throw new ArgumentError(
        `${name}: there is no option ${unknown}; there are ${Object.keys(defaults).join(", ")}`,
      );
    const options = { ...defaults, ...given };
    const wrong = objection(options);
    if (wrong !== undefined) throw new ArgumentError(`${name}: ${wrong}`);
    return options;
  }

  set(options: Options): void {
    this.options = options;
    const numbers = this.rules.numbers(options);
    noGrad(() => {
      for (const [dtype, tensors] of this.byDtype)
        for (const name of Object.keys(tensors) as Name[])
          assign(tensors[name], tensor(numbers[name], { dtype }));
    });
  }

  /** The numbers in the dtype of what they are computed with. */
  readonly numbers = (dtype: FloatDType): Numbers<Name> => {
    let made = this.byDtype.get(dtype);
    if (made === undefined) {
      const numbers = Object.entries<number>(this.rules.numbers(this.options));
      made = Object.fromEntries(numbers.map(([name, value]) => [name, tensor(value, { dtype })])) as Record<
        Name,
        Tensor
      >;
      this.byDtype.set(dtype, made);
    }
    return made;
  };
}
