// Some worker processes and what they are to do.
import { fork } from "node:child_process";

const script = new URL("worker.mjs", import.meta.url);

/** The test that runs has said nothing for this long: it will not end. */
const patience = 60_000;

class Worker {
  #house;
  #child;
  #pending;
  #timer;

  constructor(house) {
    this.#house = house;
  }

  /** Does a task; throws what it throws, and an error whose `fatal` is "hang" or "crash" where the process is lost. */
  async run(task, parameters) {
    if (this.#child === undefined) await this.start();
    return this.#ask(task, parameters);
  }

  start() {
    this.#child = fork(script, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    this.#child.on("message", (message) => {
      if (message.alive) this.#wait();
      else if ("error" in message) this.#settle("reject", new Error(message.error));
      else this.#settle("resolve", message.result);
    });
    this.#child.on("exit", () => this.#lose("crash"));
    return this.#ask("start", this.#house);
  }

  stop() {
    this.#child?.removeAllListeners();
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
    clearTimeout(this.#timer);
  }

  #ask(task, parameters) {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#wait();
      this.#child.send({ task, ...parameters });
    });
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose("hang"), patience);
  }

  #settle(how, value) {
    clearTimeout(this.#timer);
    this.#pending?.[how](value);
    this.#pending = undefined;
  }

  #lose(fatal) {
    this.stop();
    this.#settle("reject", Object.assign(new Error(`the process was lost: ${fatal}`), { fatal }));
  }
}

/** `size` workers over the same sources and tests; see makeBench for what a `house` is. */
export class Crew {
  #workers;

  constructor(size, house) {
    this.#workers = Array.from({ length: size }, () => new Worker(house));
  }

  /** Starts all; returns the names of the groups of tests. */
  async start() {
    const [groups] = await Promise.all(this.#workers.map((worker) => worker.start()));
    return groups;
  }

  /** Gives each of `items` to a worker that is free, by `body(item, worker)`. */
  async each(items, body) {
    const left = items.values();
    await Promise.all(
      this.#workers.map(async (worker) => {
        for (const item of left) await body(item, worker);
      }),
    );
  }

  stop() {
    for (const worker of this.#workers) worker.stop();
  }
}
