/** Trains a recurrent network to write text, character by character: `npm start`. */
import { runProgram } from "./program.js";

process.exitCode = await runProgram(process.argv.slice(2));
