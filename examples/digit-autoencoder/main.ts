/** Trains an autoencoder on digits and draws what it makes of them: `node examples/dist/digit-autoencoder/main.js`. */
import { runProgram } from "./program.js";

process.exitCode = await runProgram(process.argv.slice(2));
