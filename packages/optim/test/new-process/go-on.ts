/** The process that goes on with the sessions of another one. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileOf, sessions } from "./sessions.js";

/** Loads every session from `folder`, takes the other 50 steps, and saves it there. */
export function goOn(folder: string): void {
  for (const [name, make] of Object.entries(sessions)) {
    const session = make();
    session.load(readFileSync(join(folder, fileOf(name, 50))));
    session.run(50);
    writeFileSync(join(folder, fileOf(name, 100)), session.save());
  }
}
