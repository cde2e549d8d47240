/** A guard in the test's own process for each run that asks for one: what it sees of the run's end is the same. */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

type Ended = 'dismissed' | 'restored';

export class GuardLine {
  /** Where runs ask; see `Order`. */
  readonly socket: string;
  /** By the run's id, with what each has ended with. */
  readonly guards = new Map<string, Promise<Ended>>();
  readonly #stand: (id: string, line: Readable) => Promise<Ended>;
  readonly #server = createServer({ allowHalfOpen: true }, (connection) => void this.#guard(connection));

  /** @param stand the guard of the run with this id, from its first word on */
  constructor(folder: string, stand: (id: string, line: Readable) => Promise<Ended>) {
    this.socket = join(folder, 'guard.sock');
    this.#stand = stand;
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(this.socket, resolve));
    return this;
  }

  close(): void {
    this.#server.close();
  }

  async #guard(connection: Socket): Promise<void> {
    connection.on('error', () => {});
    const [first] = (await once(connection, 'data')) as [Buffer];
    const id = first.toString().split('\n')[0]!;
    const guard = this.#stand(id, connection);
    this.guards.set(id, guard);
    await guard.catch(() => {});
    connection.end();
  }
}
