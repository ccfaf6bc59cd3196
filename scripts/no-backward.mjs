// A lint rule: the package of layers has no derivative of its own.
//
// Whatever a module computes, it computes by ops, and the tape differentiates it. A backward written by hand could be
// wrong where no op is, and would have no second derivative and no forward mode unless somebody wrote those as well.

/** Ways to give an op, or a tensor, a derivative by hand. */
const makers = new Set(["defineOp", "customGrad", "registerHook"]);
/** What a derivative is called where one is written: in the definition of an op, or as a method. */
const rules = new Set(["vjp", "jvp", "backward", "pullback", "pushforward"]);

const advice = "compose public ops, or give @wengert/autograd an op that is tested there";
const messages = {
  maker: `{{what}} gives a derivative by hand: ${advice}.`,
  rule: `{{what}} is a derivative by hand: ${advice}.`,
  whole: `A namespace, or an import at run time, hides what is used of @wengert/autograd: import names, so that this rule sees them.`,
};

const isAutograd = (source) => /^@wengert\/autograd(\/|$)/.test(source?.value ?? "");
const nameOf = (key) => key?.name ?? key?.value;

const noBackward = {
  meta: { type: "problem", messages },
  create(context) {
    const report = (node, messageId, what = "") => context.report({ node, messageId, data: { what } });
    const checkKey = (node) => {
      if (rules.has(nameOf(node.key))) report(node, "rule", `\`${nameOf(node.key)}\``);
    };
    const checkSource = (node) => {
      if (isAutograd(node.source)) report(node, "whole");
    };
    return {
      ImportSpecifier(node) {
        if (isAutograd(node.parent.source) && makers.has(nameOf(node.imported)))
          report(node, "maker", nameOf(node.imported));
      },
      ExportSpecifier(node) {
        if (isAutograd(node.parent.source) && makers.has(nameOf(node.local)))
          report(node, "maker", nameOf(node.local));
      },
      ImportNamespaceSpecifier: (node) => checkSource(node.parent),
      ExportAllDeclaration: checkSource,
      ImportExpression: checkSource,
      MemberExpression(node) {
        if (nameOf(node.property) === "registerHook") report(node, "maker", "registerHook");
      },
      Property(node) {
        // In a pattern, as in `const { backward } = x`, nothing is written.
        if (node.parent.type === "ObjectExpression") checkKey(node);
      },
      MethodDefinition: checkKey,
      PropertyDefinition: checkKey,
    };
  },
};

export default { meta: { name: "no-backward" }, rules: { module: noBackward } };
