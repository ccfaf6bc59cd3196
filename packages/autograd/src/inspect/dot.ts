/** A tape as a drawing, in the language of Graphviz. */
import { showSpec, type TapeContents, type TapeVariable } from "./rows.js";

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
  rows.forEach(({ outputs, op, inputs, formula }, i) => {
    const id = `op${i}`;
    const label = `${outputs.map(({ name }) => name).join(", ")} = ${op}`;
    const tooltip = formula === undefined ? "" : `, tooltip=${quote(formula)}`;
    const bold = outputs.some(({ name }) => isResult.has(name)) ? ", style=bold" : "";
    lines.push(`  ${id} [label=${quote(label)}${tooltip}${bold}];`);
    for (const name of inputs) {
      const source = name === null ? undefined : sources.get(name);
      if (source === undefined) continue;
      lines.push(
        `  ${source.id} -> ${id} [label=${quote(`${source.variable.name}: ${showSpec(source.variable)}`)}];`,
      );
    }
    for (const variable of outputs) sources.set(variable.name, { id, variable });
  });
  lines.push("}");
  return `${lines.join("\n")}\n`;
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
