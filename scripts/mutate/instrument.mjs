// One text that holds a file and all its mutants, so that nothing has to be loaded again: where a mutant may stand, the
// text asks `$m` (see switchboard.mjs) whether it is its turn.
import { parse, walk } from "./syntax.mjs";

/** Text put around, or in the place of, parts of a source; the parts may lie in one another. */
function nested(source, wraps) {
  const inOrder = [...wraps].sort((a, b) => a.start - b.start || b.end - a.end);
  let next = 0;
  const copy = (start, end) => {
    let out = "";
    let at = start;
    while (next < inOrder.length && inOrder[next].start < end) {
      const wrap = inOrder[next++];
      out += source.slice(at, wrap.start) + wrap.around(copy(wrap.start, wrap.end));
      at = wrap.end;
    }
    return out + source.slice(at, end);
  };
  return copy(0, source.length);
}

/**
 * @param mutants of this file, as from mutantsOf
 * @param lists the lists of names among what they change: they are read when an op is defined, not when it runs
 */
export function instrument(file, source, { mutants, lists }) {
  const listEnds = new Map(lists.map(({ start, end }) => [start, end]));
  const sites = new Map();
  for (const mutant of mutants) {
    const key = `${mutant.start}:${mutant.end}`;
    if (!sites.has(key)) sites.set(key, []);
    sites.get(key).push(mutant);
  }
  const wraps = [...sites.values()].map((here) => {
    const [{ start, end }] = here;
    const isList = listEnds.get(start) === end;
    const cases = here.map(({ id, code }) => ({ id: JSON.stringify(id), code }));
    const around = isList
      ? (text) => `$m.list(${text}, { ${cases.map(({ id, code }) => `${id}: ${code}`).join(", ")} })`
      : (text) => `(${cases.map(({ id, code }) => `$m.is(${id}) ? (${code}) : `).join("")}${text})`;
    return { start, end, around };
  });
  walk(parse(file, source), (node) => {
    const { type, callee, start, end } = node;
    if (type === "CallExpression" && callee.name === "defineOp")
      wraps.push({ start, end, around: (text) => `$m.define(() => ${text})` });
    // Element-wise ops keep the derivatives that they have found.
    if (type === "ClassDeclaration" && node.id.name === "ElementwiseOp") {
      const { body } = node.body.body.find(({ kind }) => kind === "constructor").value;
      const at = { start: body.end - 1, end: body.end };
      wraps.push({ ...at, around: (brace) => `$m.derives(this); ${brace}` });
    }
  });
  return nested(source, wraps);
}
