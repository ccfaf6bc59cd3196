/** Wengert's side of the benchmark; see serve.ts for what it reads and answers. */
import { serve } from "./serve.js";
import { measureCeiling } from "./wengert/ceiling.js";
import { makeProgram } from "./wengert/program.js";

await serve(makeProgram, `Wengert, Node ${process.version}`, measureCeiling);
