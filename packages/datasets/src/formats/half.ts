/** Floats of 16 bits (IEEE 754 binary16): a sign, five bits of exponent, ten of fraction. */

const scratch = new DataView(new ArrayBuffer(4));

/** 2^exponent, for exponents of normal single-precision floats. */
function powerOfTwo(exponent: number): number {
  scratch.setInt32(0, (exponent + 127) << 23);
  return scratch.getFloat32(0);
}

/** The number that the 16 bits `half` stand for. */
export function numberOfHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0
    ? sign * fraction * powerOfTwo(-24)
    : sign * (1024 + fraction) * powerOfTwo(exponent - 25);
}

/** The half nearest to `value`, of two equally near ones the even; from 65520 on an infinity. */
export function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // The exponent of the single next below is that of the half, but for what is subnormal there.
  scratch.setFloat32(0, size);
  const nearest = (scratch.getInt32(0) >>> 23) - 127;
  const exponent = Math.max(-14, powerOfTwo(Math.max(-126, nearest)) > size ? nearest - 1 : nearest);
  const scaled = size / powerOfTwo(exponent - 10);
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A fraction that rounds up to 2048 carries into the exponent by itself.
  return sign | (((exponent + 14) << 10) + rounded);
}
