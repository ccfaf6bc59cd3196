/** ParameterSource with options of their own, and those options as tensors. */
import { ArgumentError, assign, type FloatDType, noGrad, type Tensor, tensor } from "@wengert/autograd";
import { negative } from "./checks.js";

/** ParameterSource that are trained with the same options, which may be set between steps: `group.lr = 0.1`. */
export type ParamGroup<Options> = { readonly params: readonly Tensor[] } & {
  -readonly [Name in keyof Options]: Options[Name];
};

/** What updates may read as numbers: options that are numbers, `sign` (−1 to climb, else 1), and what else is said. */
export type NumberName<Options, Extra extends string> =
  | Extract<{ [Name in keyof Options]: Options[Name] extends number ? Name : never }[keyof Options], string>
  | "sign"
  | Extra;

/** The numbers that the updates of a group read, by name, as 0-d tensors. */
export type Numbers<Options, Extra extends string> = Readonly<Record<NumberName<Options, Extra>, Tensor>>;

/** What an optimizer says about its options. */
export interface Rules<Options, Extra extends string> {
  /** Of the optimizer, for errors. */
  readonly name: string;
  /** The options of groups that say nothing else. */
  readonly defaults: Options;
  /** What is wrong with options, if anything; by default, that a number is negative or not finite. */
  readonly objection?: (options: Options) => string | undefined;
  /** What updates read beside the options that are numbers. */
  readonly numbers?: (options: Options) => Readonly<Record<Extra, number>>;
}

/**
 * The options of a group, and its numbers as tensors. Setting an option changes the tensors at once: a recorded step has
 * them for inputs, and so goes on with the new number when it is replayed.
 */
export class GroupOptions<Options extends object, Extra extends string = never> {
  readonly group: ParamGroup<Options>;
  private options: Options;
  private readonly byDtype = new Map<FloatDType, Numbers<Options, Extra>>();

  /** @throws ArgumentError if an option is unknown or out of its range */
  constructor(
    readonly params: readonly Tensor[],
    given: Partial<Options>,
    private readonly rules: Rules<Options, Extra>,
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
    const { name, defaults, objection = negative } = this.rules;
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
    const values = new Map(this.values());
    noGrad(() => {
      for (const [dtype, tensors] of this.byDtype)
        for (const [name, each] of Object.entries<Tensor>(tensors))
          assign(each, tensor(values.get(name)!, { dtype }));
    });
  }

  private values(): (readonly [name: string, value: number])[] {
    const { options } = this;
    const own = Object.entries(options).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    );
    const sign = "maximize" in options && options.maximize === true ? -1 : 1;
    return [...own, ["sign", sign], ...Object.entries<number>(this.rules.numbers?.(options) ?? {})];
  }

  /** The numbers in the dtype of what they are computed with. */
  readonly numbers = (dtype: FloatDType): Numbers<Options, Extra> => {
    let made = this.byDtype.get(dtype);
    if (made === undefined) {
      const tensors = this.values().map(([name, value]) => [name, tensor(value, { dtype })]);
      made = Object.fromEntries(tensors) as Numbers<Options, Extra>;
      this.byDtype.set(dtype, made);
    }
    return made;
  };
}
