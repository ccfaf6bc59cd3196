// Formats of text: tables, JSON lines, captions.
import { ArgumentError, type Tensor, tensor } from "@wengert/autograd";
import {
  type Categories,
  DataLoader,
  decodeCaptions,
  decodeCsv,
  decodeJsonLines,
  encodeCaptions,
  encodeCsv,
  encodeJsonLines,
  type PackedList,
} from "@wengert/datasets";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { bytesOf, factsOf, fixtures } from "./files.js";

const columns = { name: "text", x: "float64", note: "text" } as const;

describe("CSV", () => {
  test.each(fixtures.csv)("written by another program: $name", (fixture) => {
    const table = decodeCsv(bytesOf(fixture), { columns, delimiter: fixture.delimiter });
    const rows = fixture.rows.slice(1).map(([name, x, note]) => [name, Number(x), note]);
    const x = table.columns.x.toArray() as number[];
    expect(
      Array.from({ length: table.length }, (_, i) => [
        table.columns.name.get(i),
        x[i],
        table.columns.note.get(i),
      ]),
    ).toEqual(rows);
  });

  test("columns are typed, and may be picked and ordered", () => {
    const table = decodeCsv("a,b,c,d,e\n1,true,x,-2.5,u\n2,false,y,1e3,u\n3,true,x,.5,v\n", {
      columns: { d: "float32", a: "int32", b: "bool", c: "category", e: ["v", "u"] },
    });
    expectTypeOf(table.columns.d).toEqualTypeOf<Tensor>();
    expectTypeOf(table.columns.c).toEqualTypeOf<Categories<PackedList<string>>>();
    expectTypeOf(table.columns.e).toEqualTypeOf<Categories<readonly ["v", "u"]>>();
    const { a, b, c, d, e } = table.columns;
    expect([a, b, d].map(factsOf)).toEqual([
      { dtype: "int32", shape: [3], values: [1, 2, 3] },
      { dtype: "bool", shape: [3], values: [true, false, true] },
      { dtype: "float32", shape: [3], values: [-2.5, 1000, 0.5] },
    ]);
    expect([c.names.toArray(), c.ids.toArray(), c.ids.dtype]).toEqual([["x", "y"], [0, 1, 0], "int32"]);
    expect([e.names, e.ids.toArray()]).toEqual([
      ["v", "u"],
      [1, 1, 0],
    ]);
  });

  test("categories are numbered by name, whatever comes first", () => {
    const read = (text: string) => decodeCsv(text, { columns: { c: "category" }, header: false }).columns.c;
    expect([read("b\na\nb\n").names.toArray(), read("b\na\nb\n").ids.toArray()]).toEqual([
      ["a", "b"],
      [1, 0, 1],
    ]);
  });

  test("ends of lines, of the file, and a byte order mark", () => {
    const read = (text: string) =>
      decodeCsv(new TextEncoder().encode(text), { columns: { x: "int32" } }).columns.x.toArray();
    for (const text of ["x\n1\n2", "x\n1\n2\n", "x\r\n1\r\n2\r\n", "x\n1\n2\n\n\n", "\ufeffx\n1\n2\n"])
      expect(read(text)).toEqual([1, 2]);
    expect(read("x\n")).toEqual([]);
    expect(read("x")).toEqual([]);
  });

  test("missing numbers, where they are allowed", () => {
    const table = decodeCsv("x,y\n,1\nNA,2\nnan,-inf\n", {
      columns: { x: "float32", y: "float64" },
      missing: ["", "NA"],
    });
    expect([table.columns.x.toArray(), table.columns.y.toArray()]).toEqual([
      [NaN, NaN, NaN],
      [1, 2, -Infinity],
    ]);
  });

  test.each<[string, string, string]>([
    [
      "a header without the column",
      "a,b\n1,2\n",
      'at offset 0 the header has the column "x" not at all; expected it once among a, b',
    ],
    ["a header with it twice", "x,x\n1,2\n", 'the header has the column "x" twice'],
    ["nothing", "", "at offset 0 the file is empty; expected a row with the names"],
    ["fewer values", "x,y\n1,2\n3\n", "at offset 8 row 1 has 1 values; expected 2, as the header has"],
    ["more values", "x,y\n1,2,3\n", "at offset 4 row 0 has 3 values; expected 2"],
    ["no number", "x,y\n1,2\nü,3\n", 'at offset 8 begins row 1, which has "ü" for "x"; expected a number'],
    ["hexadecimal", "x\n0x10\n", 'which has "0x10" for "x"; expected a number'],
    ["a space", "x\n 1\n", 'which has " 1" for "x"'],
    [
      "an empty line",
      "x\n1\n\n2\n",
      "at offset 4 (line 3) stands an empty line; expected rows without a gap",
    ],
    ["a stray quotation mark", 'x\n1"\n', "at offset 3 (line 2) stands a quotation mark within a value"],
    [
      "an open quotation mark",
      'x\n1\n"2\n',
      "at offset 4 (line 3) begins a value in quotation marks that does not end",
    ],
    ["text behind a quoted value", 'x\n"1"2\n', 'at offset 5 (line 2) stands "2" where a value has ended'],
    ["a carriage return alone", "x\n1\r2\n", 'at offset 4 (line 2) stands "2" where a value has ended'],
  ])("refuses %s", (_, text, message) => {
    expect(() => decodeCsv(text, { columns: { x: "float32" } })).toThrow(message);
  });

  test("numbers are read as JavaScript reads them, to the last bit", () => {
    const digits = fc.string({ unit: fc.integer({ min: 0, max: 9 }).map(String), maxLength: 20 });
    const exponent = fc.oneof(
      fc.constant(""),
      fc.integer({ min: -330, max: 330 }).map((e) => `e${e}`),
    );
    const decimal = fc
      .tuple(fc.constantFrom("", "-", "+"), digits, fc.constantFrom("", "."), digits, exponent)
      .map((parts) => parts.join(""))
      .filter((text) => /\d/.test(text.replace(/e.*/, "")));
    const numbers = fc.array(
      fc.oneof(
        decimal,
        fc.double({ noNaN: true }).map((x) => String(x).replace("Infinity", "inf")),
      ),
    );
    fc.assert(
      fc.property(numbers, (texts) => {
        const { x } = decodeCsv(encodeCsv({ x: texts }), { columns: { x: "float64" } }).columns;
        expect(Array.from(x.toTypedArray())).toEqual(
          texts.map((text) => Number(text.replace("inf", "Infinity"))),
        );
      }),
      { numRuns: 300 },
    );
    for (const text of [
      "9007199254740993",
      "1e22",
      "1e23",
      "123456789012345678",
      ".1",
      "5.",
      "-0",
      "0e400",
      "1e-400",
    ])
      expect(decodeCsv(`${text}\n`, { columns: { x: "float64" }, header: false }).columns.x.item()).toBe(
        Number(text),
      );
    for (const text of ["", "-", ".", "+.", "e5", "1e", "1e+", "1.2.3", "1 ", "--1", "0x1", "1_000", "٣"])
      expect(() => decodeCsv(`${text},\n`, { columns: { x: "float64", y: "text" }, header: false })).toThrow(
        `which has ${JSON.stringify(text)} for "x"; expected a number`,
      );
    expect(
      decodeCsv("-999\ninf\n1\n", {
        columns: { x: "float32" },
        header: false,
        missing: ["-999", "inf"],
      }).columns.x.toArray(),
    ).toEqual([NaN, NaN, 1]);
  });

  test("texts are a list, and a data set, that shares nothing with the file", () => {
    const file = Buffer.from('\ufeffx,y\n"a ""b""",\ufeffc\n,"größer 😀"\n');
    const { x, y } = decodeCsv(file, { columns: { x: "text", y: "text" } }).columns;
    const lines = decodeJsonLines(Buffer.from("[1]\n[2]\n"));
    file.fill(0);
    expect([x.length, x.get(0), x.get(1), [...y], y.toArray()]).toEqual([
      2,
      'a "b"',
      "",
      ["\ufeffc", "größer 😀"],
      ["\ufeffc", "größer 😀"],
    ]);
    for (const index of [-1, 2, 0.5, NaN])
      expect(() => x.get(index)).toThrow(`PackedList: there is no entry ${index} in a list of 2`);
    expect(lines.get(1)).toEqual([2]);
    expect(lines.get(1)).not.toBe(lines.get(1));
    const batches = [...new DataLoader(y, { batchSize: 2, collate: (texts) => texts.join("|") })];
    expect(batches).toEqual(["\ufeffc|größer 😀"]);
  });

  test("many categories are told apart, and in order, quoted or not", () => {
    const names = Array.from(
      { length: 3000 },
      (_, i) => `${(i * 7919) % 3000}${i % 3 === 0 ? ',"' : i % 3 === 1 ? "ü" : ""}`,
    );
    const file = encodeCsv({ x: [...names, ...names.toReversed()] });
    const { ids, names: found } = decodeCsv(file, { columns: { x: "category" } }).columns.x;
    const sorted = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(found.toArray()).toEqual(sorted);
    expect(Array.from(ids.toTypedArray(), (id) => found.get(id))).toEqual([...names, ...names.toReversed()]);
    // More than are sorted at once, with beginnings that many share, and zeros that fill up none.
    const many = Array.from(
      { length: 70_000 },
      (_, i) => ["", "\0", "ab\0", "abcd", "ü"][i % 5] + ((i * 7919) % 70_000),
    );
    const large = decodeCsv(encodeCsv({ x: many }), { columns: { x: "category" } }).columns.x;
    expect(large.names.toArray()).toEqual(many.toSorted((a, b) => (a < b ? -1 : 1)));
    const same = decodeCsv('a\n"a"\nab\n"a"""\n"a"\n', { columns: { x: "category" }, header: false }).columns
      .x;
    expect([same.names.toArray(), same.ids.toArray()]).toEqual([
      ["a", 'a"', "ab"],
      [0, 0, 2, 1, 0],
    ]);
    const rewritten = encodeCsv({ x: { ids, names: found } });
    expect(rewritten).toBe(file);
  });

  test("a delimiter of several bytes", () => {
    const written = encodeCsv({ x: ["a→b", "â"], y: ["", "→"] }, { delimiter: "→" });
    expect(written).toBe('x→y\n"a→b"→\nâ→"→"\n');
    const { x, y } = decodeCsv(written, { columns: { x: "text", y: "category" }, delimiter: "→" }).columns;
    expect([x.toArray(), y.names.toArray(), y.ids.toArray()]).toEqual([
      ["a→b", "â"],
      ["", "→"],
      [0, 1],
    ]);
  });

  test("refuses half a surrogate pair, which no file can hold", () => {
    expect(() => decodeCsv("x\nü\ud83d\n", { columns: { x: "text" } })).toThrow(
      "CSV: at offset 4 stands half a surrogate pair; expected a text that UTF-8 can hold",
    );
  });

  test("places count the bytes of the file, with its byte order mark", () => {
    const bytes = new TextEncoder().encode('\ufeffx\n"ü\n"\n1\n\n2\n');
    expect(() => decodeCsv(bytes, { columns: { x: "text" } })).toThrow(
      "at offset 13 (line 5) stands an empty line",
    );
    expect(() => decodeJsonLines(new TextEncoder().encode("\ufeff1\n]\n"))).toThrow(
      "at offset 5 begins a line that is no JSON",
    );
  });

  test("refuses bytes that are not UTF-8, and says where", () => {
    const bytes = Uint8Array.of(0x78, 0x0a, 0xc3, 0xbc, 0xff, 0x31);
    expect(() => decodeCsv(bytes, { columns: { x: "text" }, name: "t.csv" })).toThrow(
      "t.csv: at offset 4 stand bytes that are not UTF-8",
    );
    expect(() => decodeCsv(bytes.subarray(0, 3), { columns: { x: "text" } })).toThrow(
      "at offset 2 stand bytes",
    );
  });

  test.each<[string, "int32" | "bool" | readonly string[]]>([
    ["1.5", "int32"],
    ["2147483648", "int32"],
    ["", "int32"],
    ["1", "bool"],
    ["c", ["a", "b"]],
  ])("%j is no %s", (value, type) => {
    expect(() => decodeCsv(`x,y\n${value},1\n`, { columns: { x: type } })).toThrow(
      /begins row 0, which has .* for "x"; expected (an integer|true or false|one of a, b)/,
    );
  });

  test("refuses options that mean nothing", () => {
    expect(() => decodeCsv("x", { columns: { x: "text" }, delimiter: "::" })).toThrow(ArgumentError);
    expect(() => decodeCsv("x", { columns: { x: "int64" as "int32" } })).toThrow(
      'the column "x" is to be "int64"; use "float32"',
    );
  });

  test("what is written is read", () => {
    const value = fc
      .oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", '"', ",", "\t", "\n", "\r\n", "a\rb"))
      .map((text) => text.replaceAll(/\p{Surrogate}/gu, "?"));
    const table = fc.tuple(
      fc.array(
        fc.tuple(
          value,
          fc.double(),
          fc.float(),
          fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
          fc.boolean(),
        ),
        { maxLength: 8 },
      ),
      fc.constantFrom(",", "\t", ";", "|"),
    );
    fc.assert(
      fc.property(table, ([rows, delimiter]) => {
        const given = {
          text: rows.map(([text]) => text),
          double: tensor(Float64Array.from(rows, ([, x]) => x)),
          float: tensor(Float32Array.from(rows, ([, , x]) => x)),
          integer: tensor(Int32Array.from(rows, ([, , , x]) => x)),
          bool: tensor(
            Uint8Array.from(rows, ([, , , , x]) => Number(x)),
            { dtype: "bool" },
          ),
        };
        const written = encodeCsv(given, { delimiter });
        const read = decodeCsv(new TextEncoder().encode(written), {
          columns: { text: "text", double: "float64", float: "float32", integer: "int32", bool: "bool" },
          delimiter,
        });
        expect(read.columns.text.toArray()).toEqual(given.text);
        for (const key of ["double", "float", "integer", "bool"] as const)
          expect(factsOf(read.columns[key])).toEqual(factsOf(given[key]));
      }),
    );
  });

  test("numbers are written shortly, categories by name, a single empty value in quotation marks", () => {
    expect(
      encodeCsv({
        x: tensor([0.1, 1 / 3, 16777216]),
        c: { ids: tensor(new Int32Array([1, 0, 1])), names: ["a", "b"] },
      }),
    ).toBe("x,c\n0.1,b\n0.33333334,a\n16777216,b\n");
    expect(encodeCsv({ x: ["", "a"] }, { header: false })).toBe('""\na\n');
    expect(decodeCsv('x\n""\n', { columns: { x: "text" } }).columns.x.toArray()).toEqual([""]);
    expect(() => encodeCsv({ x: ["a"], y: [] })).toThrow('"y" has 0 rows and "x" 1');
    expect(() => encodeCsv({ x: tensor([[1]]) })).toThrow('"x" is [1, 1]; a column is [N]');
    expect(() => encodeCsv({ x: { ids: tensor(new Int32Array([2])), names: ["a", "b"] } })).toThrow(
      '"x" has the category 2; it has names for 0 to 1',
    );
    expect(() => encodeCsv({ x: ["a"] }, { delimiter: "" })).toThrow('encodeCsv: the delimiter is ""');
    // A mark there would be taken for the file's own.
    expect(encodeCsv({ x: ["\ufeff"] }, { header: false })).toBe('"\ufeff"\n');
  });
});

describe("JSON lines", () => {
  test("are written and read", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (values) => {
        // A −0 is 0 in JSON.
        const plain: unknown = JSON.parse(JSON.stringify(values));
        expect(decodeJsonLines(encodeJsonLines(values)).toArray()).toEqual(plain);
      }),
    );
    expect(decodeJsonLines('{"a":1}\r\n[2]\n\n').toArray()).toEqual([{ a: 1 }, [2]]);
    expect(decodeJsonLines("").toArray()).toEqual([]);
  });

  test("are not written where they could not be read", () => {
    expect(() => encodeJsonLines([1, undefined])).toThrow("value 1 is undefined, which JSON does not have");
    expect(() => encodeJsonLines([() => 1])).toThrow("value 0 is function");
    const longest = "ü".repeat(2 ** 19 - 1);
    expect(decodeJsonLines(encodeJsonLines([longest])).get(0)).toBe(longest);
    expect(() => encodeJsonLines([`${longest}.`])).toThrow("value 0 takes more than 1048576 bytes");
  });

  test("say where they are wrong", () => {
    expect(() => decodeJsonLines('"ü"\n{]\n', { name: "x.jsonl" })).toThrow(
      "x.jsonl: at offset 5 begins a line that is no JSON",
    );
    expect(() => decodeJsonLines("1\n\n2\n")).toThrow("at offset 2 begins a line that is no JSON");
  });
});

describe("captions", () => {
  test("are written and read", () => {
    const images = [
      { image: "a/1.png", captions: ["A square.", "Ein Quadrat"] },
      { image: "2.png", captions: ["\n"] },
    ];
    expect(decodeCaptions(encodeCaptions(images)).toArray()).toEqual(images);
    expect(decodeCaptions('{"caption":"one","image":"x.png"}').toArray()).toEqual([
      { image: "x.png", captions: ["one"] },
    ]);
    expect(() => encodeCaptions([{ image: "x", captions: [] }])).toThrow("has 0 captions");
  });

  test.each([
    ["7", "begins another value"],
    ["null", "begins another value"],
    ['["image"]', "begins another value"],
    ['{"image":"a"}', "begins another value"],
    ['{"image":"a","caption":"b","captions":[]}', "begins another value"],
    ['{"image":"a","caption":"b","id":1}', 'begins an object with the key "id"'],
    ['{"image":1,"caption":"b"}', "is the image 1"],
    ['{"image":"a","caption":1}', 'has "a" other captions'],
    ['{"image":"a","captions":[]}', 'has "a" other captions; expected texts, one at least'],
  ])("%s", (line, message) => {
    expect(() => decodeCaptions(line)).toThrow(`captions: at offset 0 ${message}`);
  });
});
