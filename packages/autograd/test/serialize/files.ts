/** Files to try the reader and the writer on. */
import { tensor, zeros } from "../../src/create.js";
import type { DType } from "../../src/dtype.js";
import type { Tensor } from "../../src/graph.js";
import { toTypedArray } from "../../src/read.js";
import type { NamedTensors } from "../../src/serialize.js";

export const bytesOf = (base64: string): Uint8Array =>
  new Uint8Array(Buffer.from(base64.replace(/\s/g, ""), "base64"));

/** In milliseconds. A clock would also count what else the machine does. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** A tensor of given numbers in any dtype. */
export function make(numbers: readonly number[], shape: readonly number[], dtype: DType): Tensor {
  return tensor(Float64Array.from(numbers), { shape, dtype });
}

/** What there is to know of a tensor, with −0 and NaN told apart. */
export function facts(x: Tensor): unknown {
  return {
    dtype: x.dtype,
    shape: [...x.shape],
    numbers: Array.from(toTypedArray(x)),
    requiresGrad: x.requiresGrad,
  };
}

export function factsOf(tensors: ReadonlyMap<string, Tensor>): Map<string, unknown> {
  return new Map([...tensors].map(([name, x]) => [name, facts(x)]));
}

/** A file with the header given as text, or as an object, and `dataLength` zeros. */
export function file(header: unknown, dataLength = 0): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

export const entry = (dtype: string, shape: readonly number[], begin: number, end: number): unknown => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

// Made with the Python package safetensors 0.8.0 and numpy 2.4.6:
//   save({
//     "weight": np.array([[1.5, -2.25, 0.1], [np.inf, -0.0, 1e-40]], np.float32), "bias": np.array([], np.float32),
//     "scalar": np.array(0.1, np.float64), "index": np.array([-1, 2147483647], np.int32),
//     "bytes": np.array([[0], [255]], np.uint8), "mask": np.array([True, False, True]),
//     "steps": np.array(7, np.int64), "half": np.array([1, 0.1, 65504, 6e-8], np.float16),
//     "empty": np.zeros([0, 3], np.float64), "10": np.array([1], np.int32), "2": np.array([2], np.int32),
//     "\U0001F600": np.array([3], np.int32), "\uffee": np.array([4], np.int32), "__proto__": np.array([5], np.int32),
//   }, metadata={"format": "pt\n\"é\""})
export const reference = bytesOf(`
YAMAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdFxuXCLDqVwiIn0sInN0ZXBzIjp7ImR0eXBlIjoiSTY0Iiwic2hh
cGUiOltdLCJkYXRhX29mZnNldHMiOlswLDhdfSwiZW1wdHkiOnsiZHR5cGUiOiJGNjQiLCJzaGFwZSI6WzAsM10sImRhdGFfb2Zm
c2V0cyI6WzgsOF19LCJzY2FsYXIiOnsiZHR5cGUiOiJGNjQiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzgsMTZdfSwiYmlh
cyI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMF0sImRhdGFfb2Zmc2V0cyI6WzE2LDE2XX0sIndlaWdodCI6eyJkdHlwZSI6IkYz
MiIsInNoYXBlIjpbMiwzXSwiZGF0YV9vZmZzZXRzIjpbMTYsNDBdfSwiMTAiOnsiZHR5cGUiOiJJMzIiLCJzaGFwZSI6WzFdLCJk
YXRhX29mZnNldHMiOls0MCw0NF19LCIyIjp7ImR0eXBlIjoiSTMyIiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbNDQsNDhd
fSwiX19wcm90b19fIjp7ImR0eXBlIjoiSTMyIiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbNDgsNTJdfSwiaW5kZXgiOnsi
ZHR5cGUiOiJJMzIiLCJzaGFwZSI6WzJdLCJkYXRhX29mZnNldHMiOls1Miw2MF19LCLvv64iOnsiZHR5cGUiOiJJMzIiLCJzaGFw
ZSI6WzFdLCJkYXRhX29mZnNldHMiOls2MCw2NF19LCLwn5iAIjp7ImR0eXBlIjoiSTMyIiwic2hhcGUiOlsxXSwiZGF0YV9vZmZz
ZXRzIjpbNjQsNjhdfSwiaGFsZiI6eyJkdHlwZSI6IkYxNiIsInNoYXBlIjpbNF0sImRhdGFfb2Zmc2V0cyI6WzY4LDc2XX0sImJ5
dGVzIjp7ImR0eXBlIjoiVTgiLCJzaGFwZSI6WzIsMV0sImRhdGFfb2Zmc2V0cyI6Wzc2LDc4XX0sIm1hc2siOnsiZHR5cGUiOiJC
T09MIiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbNzgsODFdfX0gICAgICAHAAAAAAAAAJqZmZmZmbk/AADAPwAAEMDNzMw9
AACAfwAAAIDCFgEAAQAAAAIAAAAFAAAA/////////38EAAAAAwAAAAA8Zi7/ewEAAP8BAAE=`);

/** The same tensors, in another order. */
export function referenceTensors(): NamedTensors {
  return [
    ["__proto__", make([5], [1], "int32")],
    ["\uffee", make([4], [1], "int32")],
    ["\u{1F600}", make([3], [1], "int32")],
    ["2", make([2], [1], "int32")],
    ["10", make([1], [1], "int32")],
    ["empty", zeros([0, 3], { dtype: "float64" })],
    ["half", { tensor: make([1, 0.1, 65504, 6e-8], [4], "float64"), diskDtype: "F16" }],
    ["steps", { tensor: make([7], [], "int32"), diskDtype: "I64" }],
    ["mask", tensor([true, false, true])],
    ["bytes", make([0, 255], [2, 1], "uint8")],
    ["index", make([-1, 2147483647], [2], "int32")],
    ["scalar", make([0.1], [], "float64")],
    ["bias", zeros([0])],
    ["weight", make([1.5, -2.25, 0.1, Infinity, -0, 1e-40], [2, 3], "float32")],
  ];
}

// save({"i64": np.array([-2**31, 2**31-1], np.int64), "u64": np.array([0, 2**31-1], np.uint64),
//       "u32": np.array([0, 2**31-1], np.uint32), "i16": np.array([-32768, 32767], np.int16),
//       "u16": np.array([0, 65535], np.uint16), "i8": np.array([-128, 127], np.int8),
//       "wide": np.array([-2**53+1, 2**53-1], np.int64)})
export const integers = bytesOf(`
kAEAAAAAAAB7InU2NCI6eyJkdHlwZSI6IlU2NCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzAsMTZdfSwiaTY0Ijp7ImR0
eXBlIjoiSTY0Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMTYsMzJdfSwid2lkZSI6eyJkdHlwZSI6Ikk2NCIsInNoYXBl
IjpbMl0sImRhdGFfb2Zmc2V0cyI6WzMyLDQ4XX0sInUzMiI6eyJkdHlwZSI6IlUzMiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0
cyI6WzQ4LDU2XX0sInUxNiI6eyJkdHlwZSI6IlUxNiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzU2LDYwXX0sImkxNiI6
eyJkdHlwZSI6IkkxNiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzYwLDY0XX0sImk4Ijp7ImR0eXBlIjoiSTgiLCJzaGFw
ZSI6WzJdLCJkYXRhX29mZnNldHMiOls2NCw2Nl19fSAgAAAAAAAAAAD///9/AAAAAAAAAID/////////fwAAAAABAAAAAADg////
/////x8AAAAAAP///38AAP//AID/f4B/`);
