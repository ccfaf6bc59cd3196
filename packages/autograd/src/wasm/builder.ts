/** What kernels are built of: functions with local variables, statements and loops over typed values, and modules of them. */
import { assemble, type FunctionCode, type Type, unsigned } from "./assembler.js";
import { i32, instruction, type Operand, typed, type Value } from "./values.js";

/** A local variable of a function. */
export interface Local<T extends Type = Type> extends Value<T> {
  readonly index: number;
}

/** A function under construction. Statements are emitted in the order in which its methods are called. */
export class Fn {
  readonly code: number[] = [];
  readonly locals: Type[] = [];

  constructor(readonly parameters: readonly Type[]) {}

  /** A new local variable, zero at first. */
  local<T extends Type>(type: T): Local<T> {
    const index = this.parameters.length + this.locals.push(type) - 1;
    return local(type, index);
  }

  /** Computes `value` now and keeps it in a new local. */
  let<T extends Type>(value: Value<T>): Local<T> {
    const variable = this.local(value.type);
    this.set(variable, value);
    return variable;
  }

  set<T extends Type>(variable: Local<T>, value: Value<T> | number): void {
    typed(variable.type as "i32", value as Operand).emit(this.code);
    this.code.push(0x21);
    unsigned(this.code, variable.index);
  }

  /** `variable += step` for an `i32`. */
  increase(variable: Local<"i32">, step: Operand): void {
    this.set(variable, i32.add(variable, step));
  }

  /** Emits an effect: a store, or a call without result. */
  run(effect: Value<null>): void {
    effect.emit(this.code);
  }

  /** Emits the value of a function with a result, last. */
  result(value: Value<Type>): void {
    value.emit(this.code);
  }

  if(condition: Value<"i32">, then: () => void, otherwise?: () => void): void {
    condition.emit(this.code);
    this.code.push(0x04, 0x40);
    then();
    if (otherwise !== undefined) {
      this.code.push(0x05);
      otherwise();
    }
    this.code.push(0x0b);
  }

  /** `do body while (condition)`: the condition is a function because it is emitted after the body. */
  doWhile(body: () => void, condition: () => Value<"i32">): void {
    this.code.push(0x03, 0x40);
    body();
    condition().emit(this.code);
    this.code.push(0x0d, 0x00, 0x0b);
  }

  while(condition: Value<"i32">, body: () => void): void {
    this.if(condition, () => this.doWhile(body, () => condition));
  }

  /** `for (variable = from; variable < to; variable += step)`, over signed integers. */
  for(variable: Local<"i32">, from: Operand, to: Operand, step: Operand, body: () => void): void {
    this.set(variable, typed("i32", from));
    this.while(i32.ltS(variable, to), () => {
      body();
      this.increase(variable, step);
    });
  }
}

function local<T extends Type>(type: T, index: number): Local<T> {
  return {
    type,
    index,
    emit: (code) => {
      code.push(0x20);
      unsigned(code, index);
    },
  };
}

/** A function of the module that others may call. */
export type Callable<R extends Type | null> = (...operands: Operand[]) => Value<R>;

type Locals<P extends Readonly<Record<string, Type>>> = { readonly [K in keyof P]: Local<P[K]> };

/** A module under construction: functions over the one memory that all kernels share. */
export class ModuleBuilder {
  private readonly functions: FunctionCode[] = [];

  /** Adds an exported function. `define` gets the builder and the parameters by name. */
  export<const P extends Readonly<Record<string, Type>>, R extends Type | null>(
    name: string,
    parameters: P,
    result: R,
    define: (f: Fn, parameters: Locals<P>) => void,
  ): Callable<R> {
    return this.add(name, parameters, result, define, true);
  }

  /** Adds a function that only other functions of this module call. */
  helper<const P extends Readonly<Record<string, Type>>, R extends Type | null>(
    name: string,
    parameters: P,
    result: R,
    define: (f: Fn, parameters: Locals<P>) => void,
  ): Callable<R> {
    return this.add(name, parameters, result, define, false);
  }

  private add<const P extends Readonly<Record<string, Type>>, R extends Type | null>(
    name: string,
    parameters: P,
    result: R,
    define: (f: Fn, parameters: Locals<P>) => void,
    exported: boolean,
  ): Callable<R> {
    const types = Object.values(parameters);
    const f = new Fn(types);
    const named = Object.fromEntries(
      Object.entries(parameters).map(([key, type], i) => [key, local(type, i)]),
    );
    define(f, named as Locals<P>);
    const index =
      this.functions.push({
        name,
        parameters: types,
        results: result === null ? [] : [result],
        locals: f.locals,
        body: f.code,
        exported,
      }) - 1;
    return (...operands) =>
      instruction(
        result,
        [0x10],
        operands.map((operand, i) => typed(types[i] as "i32", operand)),
        (code) => unsigned(code, index),
      );
  }

  /** The bytes of the module so far. */
  bytes(): Uint8Array<ArrayBuffer> {
    return assemble(this.functions);
  }
}
