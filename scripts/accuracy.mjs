// `npm run accuracy`: how far the functions of expressions are from what they should give, in units in the last place.
// For each function of one operand, 10⁷ stratified float64 numbers against sums of two doubles, and every float32
// number against the float64 kernel so judged; for pow and atan2 10⁷ pairs of either type. One line a function: the
// worst error, and where. Takes half an hour or more; `npm run accuracy -- exp tanh` tries some, `--samples=1e5` fewer.
// Fails if a bound of 2 is missed.
import { createViteServer } from "vitest/node";

const options = process.argv.slice(2);
const samples = Number(options.find((option) => option.startsWith("--samples="))?.slice(10) ?? 1e7);
const server = await createViteServer({ appType: "custom", server: { middlewareMode: true, watch: null } });
const { exhaustive, functions, stratified, stratifiedPairs } = await server.ssrLoadModule(
  "/packages/autograd/test/expression/support/accuracy.ts",
);

const names = options.filter((option) => !option.startsWith("--"));
for (const name of names.length > 0 ? names : functions.keys()) {
  if (!functions.has(name))
    throw new Error(`no function ${name}; there are ${[...functions.keys()].join(", ")}`);
  const pairs = name === "pow" || name === "atan2";
  const single = pairs ? stratifiedPairs(name, "f32", samples) : exhaustive(name);
  const double = pairs ? stratifiedPairs(name, "f64", samples) : stratified(name, "f64", samples);
  const show = ({ ulps, at }) => `${ulps.toFixed(3)} at ${at.join(", ")}`.padEnd(40);
  console.log(`${name.padEnd(9)} float32 ${show(single)} float64 ${show(double)}`);
  if (!(single.ulps <= 2 && double.ulps <= 2)) process.exitCode = 1;
}
await server.close();
