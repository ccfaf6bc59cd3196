/** A tape as a drawing, in the language of Graphviz. */
import { showSpec, type TapeContents, type TapeScope, type TapeVariable } from "./rows.js";

export function dotOf({ leaves, rows, results }: TapeContents): string {
  const lines = ["digraph tape {", "  node [shape=ellipse];"];
  // Which of the drawing's nodes a variable comes from. Those are numbered: a name may be any text.
  const sources = new Map<string, { readonly id: string; readonly variable: TapeVariable }>();
  const isResult = new Set(results);
  leaves.forEach((variable, i) => {
    const id = `leaf${i}`;
    sources.set(variable.name, { id, variable });
    lines.push(`  ${id} [shape=box, label=${quote(`${variable.name}\n${showSpec(variable)}`)}];`);
  });
  const edges: string[] = [];
  const open: TapeScope[] = [];
  rows.forEach(({ outputs, op, inputs, formula, group, scopes = [] }, i) => {
    const id = `op${i}`;
    while (open.length > 0 && open.at(-1)!.id !== scopes[open.length - 1]?.id) {
      open.pop();
      lines.push(`${indent(open)}}`);
    }
    for (const scope of scopes.slice(open.length)) {
      const { name, kind } = scope;
      const title = name === "" ? kind : `${name} (${kind})`;
      lines.push(`${indent(open)}subgraph cluster_${scope.id} { label=${quote(title)}; color=gray;`);
      open.push(scope);
    }
    const made = outputs.map(({ name }) => name).join(", ");
    const label = group === undefined ? `${made} = ${op}` : `${made} = ${op}\n${group.ops} ops`;
    const shape = group === undefined ? "" : ", shape=box3d";
    const tooltip = formula === undefined ? "" : `, tooltip=${quote(formula)}`;
    const bold = outputs.some(({ name }) => isResult.has(name)) ? ", style=bold" : "";
    lines.push(`${indent(open)}${id} [label=${quote(label)}${shape}${tooltip}${bold}];`);
    for (const name of inputs) {
      const source = name === null ? undefined : sources.get(name);
      if (source === undefined) continue;
      edges.push(
        `  ${source.id} -> ${id} [label=${quote(`${source.variable.name}: ${showSpec(source.variable)}`)}];`,
      );
    }
    for (const variable of outputs) sources.set(variable.name, { id, variable });
  });
  while (open.length > 0) {
    open.pop();
    lines.push(`${indent(open)}}`);
  }
  lines.push(...edges, "}");
  return `${lines.join("\n")}\n`;
}

function indent(open: readonly TapeScope[]): string {
  return "  ".repeat(open.length + 1);
}

/** `text` between quotes, each of its characters standing for itself. */
function quote(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replace(/\r\n|\r|\n/g, "\\n");
  // Graphviz reads &…; as an entity, and NUL as the end.
  return `"${escaped.replaceAll("&", "&amp;").replace(/\p{Cc}/gu, "\u{FFFD}")}"`;
}
