/** Trains a recurrent network with attention to read dates as people write them: `node examples/dist/date-translator/main.js`. */
import { runProgram } from "./program.js";

process.exitCode = await runProgram(process.argv.slice(2));
