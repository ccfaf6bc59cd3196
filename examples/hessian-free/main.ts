/** Compares ways to train a recurrent network over long sequences: see the README beside this. */
import { runProgram } from "./program.js";

process.exitCode = await runProgram(process.argv.slice(2));
