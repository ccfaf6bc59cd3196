// How far a long run is: a bar that rewrites itself on a terminal, else a line now and then.

const minutes = (ms) => (ms < 60_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 60_000)} min`);

export class Progress {
  #stream;
  #total;
  #done = 0;
  /** When the first was done: what comes before says nothing about how long one takes. */
  #start;
  #lastLine = 0;

  constructor(stream, total) {
    this.#stream = stream;
    this.#total = total;
  }

  /** One more is done; `note` says what is worth knowing. */
  advance(note) {
    this.#done += 1;
    const now = performance.now();
    this.#start ??= now;
    const left = ((now - this.#start) / (this.#done - 1)) * (this.#total - this.#done);
    const forecast = this.#done > 1 ? `, ${minutes(left)} left` : "";
    const text = `${this.#done} of ${this.#total}, ${note}${forecast}`;
    if (this.#stream.isTTY) {
      const filled = Math.round((30 * this.#done) / this.#total);
      this.#stream.write(`\r\x1b[K[${"#".repeat(filled)}${".".repeat(30 - filled)}] ${text}`);
    } else if (now - this.#lastLine > 30_000 || this.#done === this.#total) {
      this.#lastLine = now;
      this.#stream.write(`${text}\n`);
    }
  }

  /** A line of its own. */
  say(line) {
    this.#stream.write(this.#stream.isTTY ? `\r\x1b[K${line}\n` : `${line}\n`);
  }
}
