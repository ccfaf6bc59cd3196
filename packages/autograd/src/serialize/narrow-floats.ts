/** Floats of 16 bits: IEEE half precision, and bfloat16, which is the upper half of a float32. */

/** Where sign, exponent and fraction lie, and by how much the exponent is shifted. */
export interface NarrowFloat {
  readonly fractionBits: number;
  readonly bias: number;
  /** The bits of +∞. NaNs lie above. */
  readonly infinity: number;
}

export const float16: NarrowFloat = { fractionBits: 10, bias: 15, infinity: 0x7c00 };
export const bfloat16: NarrowFloat = { fractionBits: 7, bias: 127, infinity: 0x7f80 };

const words = new DataView(new ArrayBuffer(8));

/** The exponent of a positive double; of 0 and of a subnormal one, less than any of the formats' exponents. */
function exponentOf(value: number): number {
  words.setFloat64(0, value);
  return (words.getUint16(0) >> 4) - 1023;
}

/** 2 to a power that a normal double has. */
function powerOfTwo(exponent: number): number {
  words.setUint32(4, 0);
  words.setUint32(0, (exponent + 1023) << 20);
  return words.getFloat64(0);
}

/** The bits of the nearest number of the format, of two equally near ones the even one. */
export function narrow(value: number, { fractionBits, bias, infinity }: NarrowFloat): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return infinity | (1 << (fractionBits - 1));
  if (magnitude === Infinity) return sign | infinity;
  const exponent = Math.max(exponentOf(magnitude), 1 - bias);
  const inSteps = magnitude / powerOfTwo(exponent - fractionBits);
  // From 2⁵² on doubles are integers, so the sum is rounded to one, half to even.
  const steps = inSteps + 4503599627370496 - 4503599627370496;
  // The leading 1 of a normal number, and a carry out of the fraction, add themselves to the exponent's field.
  const bits = ((exponent + bias - 1) << fractionBits) + steps;
  return sign | Math.min(bits, infinity);
}

/** The number that `bits` stand for. */
export function widen(bits: number, { fractionBits, bias, infinity }: NarrowFloat): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const magnitude = bits & 0x7fff;
  if (magnitude >= infinity) return magnitude === infinity ? sign * Infinity : NaN;
  const field = magnitude >> fractionBits;
  const fraction = magnitude & ((1 << fractionBits) - 1);
  const steps = field === 0 ? fraction : fraction + (1 << fractionBits);
  return sign * steps * powerOfTwo(Math.max(field, 1) - bias - fractionBits);
}
