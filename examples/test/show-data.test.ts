import { Generator } from "@wengert/autograd";
import { expect, test } from "vitest";
import { sheets } from "../show-data/sheets.js";
import { svgFile } from "../show-data/svg.js";

test.each(Object.entries(sheets))("%s is a drawing in which everything has a place", (_, sheet) => {
  // Bytes of pictures may spell anything.
  const file = svgFile("a < b", sheet(new Generator(0))).replace(/base64,[^"]*/g, "base64,");
  // Tags close in the order in which they opened, so that any reader of XML takes it.
  const open: string[] = [];
  for (const [tag, slash, name] of file.matchAll(/<(\/?)([a-z]+)[^<>]*>/g)) {
    if (slash === "/") expect(open.pop()).toBe(name);
    else if (!tag.endsWith("/>")) open.push(name);
  }
  expect(open).toEqual([]);
  expect(file.replace(/<[^<>]*>/g, "")).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
  expect(file).not.toMatch(/NaN|Infinity|undefined|="-?\d+e/);
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(file) ?? [];
  expect(Number(width)).toBeGreaterThan(300);
  expect(Number(height)).toBeGreaterThan(150);
});

test("the same seed draws the same sheet, another seed another", () => {
  const draw = (seed: number): string =>
    svgFile("points", sheets["points"]?.(new Generator(seed)) ?? { width: 0, height: 0, svg: "" });
  expect(draw(1)).toBe(draw(1));
  expect(draw(2)).not.toBe(draw(1));
});
