// A lint rule: numeric code uses no arithmetic on which JavaScript engines disagree.
//
// ECMAScript leaves the last bits of Math.exp, pow, sin … and of `**` to the engine (0.9 ** 4 differs between Node 20
// and 24), while Wengert promises the same parameters after training on every engine.

/** Fully specified by the standard, hence the same everywhere. */
const functions = ["abs", "sqrt", "floor", "ceil", "trunc", "fround", "imul", "min", "max", "sign", "clz32"];
const constants = ["PI", "E", "LN2", "LN10", "LOG2E", "LOG10E", "SQRT2", "SQRT1_2"];
const allowed = new Set([...functions, ...constants]);

const advice = "multiply, or use the scalar exports of the kernels";
const messages = {
  engine: `The last bits of {{what}} differ between engines, so results would not be the same everywhere: ${advice}.`,
  random: "Math.random cannot be seeded: draw from a Generator.",
  alias: "Math is only used as Math.name, so that this rule sees which function is meant.",
};

const math = {
  meta: { type: "problem", messages },
  create(context) {
    const report = (node, messageId, what = "") => context.report({ node, messageId, data: { what } });
    const checkPower = (node) => {
      if (node.operator === "**" || node.operator === "**=") report(node, "engine", `\`${node.operator}\``);
    };
    return {
      BinaryExpression: checkPower,
      AssignmentExpression: checkPower,
      Identifier(node) {
        if (node.name !== "Math") return;
        const { parent } = node;
        const isMember = parent.type === "MemberExpression" && parent.object === node && !parent.computed;
        if (!isMember)
          report(node, "alias"); // const { exp } = Math, globalThis.Math, Math["exp"] …
        else if (parent.property.name === "random") report(parent, "random");
        else if (!allowed.has(parent.property.name)) report(parent, "engine", `Math.${parent.property.name}`);
      },
      Literal(node) {
        if (node.value === "Math") report(node, "alias"); // globalThis["Math"]
      },
    };
  },
};

export default { meta: { name: "same-bits" }, rules: { math } };
