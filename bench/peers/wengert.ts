/**
 * Wengert's side of the benchmark; see serve.ts for what it reads and answers. `wengert.js loop` writes the steps of
 * recurrent networks in single operations, where there is a layer for them.
 */
import { serve } from "./serve.js";
import { measureCeiling } from "./wengert/ceiling.js";
import { makeProgram, makeSteppedProgram } from "./wengert/program.js";

const make = process.argv[2] === "loop" ? makeSteppedProgram : makeProgram;
await serve(make, `Wengert, Node ${process.version}`, measureCeiling);
