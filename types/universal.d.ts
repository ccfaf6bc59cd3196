// What Node and browsers both have but TypeScript declares only in its "dom" lib or in @types/node, neither of which a
// package may see (they would let `document` or `process` compile). Only what is used; narrower than the standard.

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Readonly<Record<string, unknown>>;
  }
  /** `initial` and `maximum` count pages of 64 KiB. */
  class Memory {
    constructor(size: { initial: number; maximum?: number });
    readonly buffer: ArrayBuffer;
  }
}

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(encoding?: "utf-8", options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}

declare const console: {
  warn(message: string): void;
};

declare function fetch(url: string): Promise<{
  readonly ok: boolean;
  readonly status: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}>;

declare const crypto: {
  getRandomValues(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer>;
  /** Not there on pages that did not come by https. */
  readonly subtle?: { digest(algorithm: "SHA-256", data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> };
};
