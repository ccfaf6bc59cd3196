// A lint rule: the package of data sets makes tensors and draws, and imports no op.
//
// Data are numbers, not programs to be differentiated: of @wengert/autograd that package needs `tensor` and `Generator`.
// What it computes on the way (a product, a sine, eigenvectors) are methods of the tensors it has made, and what it draws
// are methods of the generator it was given. So one can read off the first lines of a file what it rests on, and neither
// the tape nor a function that is private to it can become a part of what a batch is.

const values = new Set(["tensor", "Tensor", "Generator", "defaultGenerator"]);
const isAllowed = (name) => values.has(name) || name.endsWith("Error");

const messages = {
  op: `{{what}} is more than data sets need of @wengert/autograd: use a method of a tensor (\`tensor(x).exp()\`) or of a generator (\`generator.rand([2])\`).`,
  whole: `A namespace, or an import at run time, hides what is used of @wengert/autograd: import names, so that this rule sees them.`,
};

const isAutograd = (source) => /^@wengert\/autograd(\/|$)/.test(source?.value ?? "");
const nameOf = (key) => key.name ?? key.value;

const imports = {
  meta: { type: "problem", messages },
  create(context) {
    const check = (node, name, kind) => {
      if (!isAutograd(node.parent.source) || kind === "type" || isAllowed(name)) return;
      context.report({ node, messageId: "op", data: { what: name } });
    };
    const checkWhole = (node, kind) => {
      if (isAutograd(node.source) && kind !== "type") context.report({ node, messageId: "whole" });
    };
    // Types are free: they are gone when the program runs.
    const kindOf = (node, own) => (node.parent[own] === "type" ? "type" : node[own]);
    return {
      ImportSpecifier: (node) => check(node, nameOf(node.imported), kindOf(node, "importKind")),
      ExportSpecifier: (node) => check(node, nameOf(node.local), kindOf(node, "exportKind")),
      ImportNamespaceSpecifier: ({ parent }) => checkWhole(parent, parent.importKind),
      ExportAllDeclaration: (node) => checkWhole(node, node.exportKind),
      ImportExpression: (node) => checkWhole(node, "value"),
    };
  },
};

export default { meta: { name: "no-ops" }, rules: { imports } };
