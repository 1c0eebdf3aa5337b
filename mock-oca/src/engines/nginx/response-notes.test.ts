import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEAD_BYTES, ResponseNotes, START_SLOTS } from './response-notes.ts';

const START_BYTES = 256;
const END_BYTES = 32;
/** No process has this number. */
const DEAD_PID = 4_194_305;
const [BEGUN, BEGUN_READ, ENDED, ENDED_READ, PID] = [0, 8, 16, 24, 32];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'response-notes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes as a worker does. */
class Worker {
  readonly path: string;
  readonly #fd: number;
  #begun: number;
  #ended = 0;

  constructor(generation: number, pid: number, begun = 0) {
    this.path = join(folder, `responses.${generation}.0`);
    this.#fd = openSync(this.path, 'w+');
    this.#begun = begun;
    this.#double(BEGUN, begun);
    this.#double(BEGUN_READ, begun);
    for (const at of [ENDED, ENDED_READ]) this.#double(at, 0);
    this.#double(PID, pid);
  }

  begin(range: string, { takenBack = false } = {}): void {
    const texts = ['play\tfile', '::1', range];
    const slot = Buffer.alloc(START_BYTES);
    slot.writeDoubleLE(5.001, 0);
    slot.writeUInt16LE(2, 8);
    for (const [index, text] of texts.entries()) slot[10 + index] = text.length;
    if (takenBack) slot[10] = 0;
    slot.write(texts.join(''), 13, 'latin1');
    writeSync(this.#fd, slot, 0, slot.length, HEAD_BYTES + (this.#begun % START_SLOTS) * START_BYTES);
    this.#begun += 1;
    this.#double(BEGUN, this.#begun);
  }

  end(number: number): void {
    const at = HEAD_BYTES + START_SLOTS * START_BYTES + this.#ended * END_BYTES;
    for (const [index, value] of [number, 9.5, 700, 206].entries()) this.#double(at + 8 * index, value);
    this.#ended += 1;
    this.#double(ENDED, this.#ended);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #double(at: number, value: number): void {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(value);
    writeSync(this.#fd, bytes, 0, 8, at);
  }
}

const idsOf = (notes: readonly { readonly id: string }[]): string[] => notes.map(({ id }) => id);

describe('the notes of a worker', () => {
  it('tell what began and what ended, each once', () => {
    const worker = new Worker(1, process.pid);
    worker.begin('bytes=5-');
    worker.begin('', { takenBack: true });
    worker.begin('');
    worker.end(0);
    const notes = new ResponseNotes(folder);
    const { starts, ends } = notes.read();
    const start = {
      id: `${process.pid}.0`,
      atMs: 5001,
      method: 'GET',
      clientAddress: '::1',
      playId: 'play',
      fileId: 'file',
      range: 'bytes=5-',
    };
    expect(ends).toEqual([{ id: start.id, start, atMs: 9500, status: 206, bodyBytes: 700 }]);
    expect(idsOf(starts)).toEqual([`${process.pid}.2`]);
    worker.end(2);
    expect(notes.read()).toMatchObject({ starts: [], ends: [{ id: `${process.pid}.2`, start: undefined }] });
    worker.close();
    notes.close();
  });

  it('are read on where the ring begins anew', () => {
    const worker = new Worker(1, process.pid, 3 * START_SLOTS - 1);
    for (const range of ['a', 'b', 'c']) worker.begin(range);
    const notes = new ResponseNotes(folder);
    expect(notes.read().starts.map(({ id, range }) => `${id.split('.')[1]} ${range}`)).toEqual(
      ['a', 'b', 'c'].map((range, index) => `${3 * START_SLOTS - 1 + index} ${range}`),
    );
    worker.close();
    notes.close();
  });

  it('are read again after a crash of who has read them and not yet dealt with them', () => {
    const worker = new Worker(1, process.pid);
    worker.begin('a');
    new ResponseNotes(folder).read();
    const notes = new ResponseNotes(folder);
    expect(notes.read().starts).toHaveLength(1);
    notes.read();
    expect(new ResponseNotes(folder).read().starts).toEqual([]);
    worker.close();
    notes.close();
  });

  it('stay while a worker of an older configuration finishes, and go with it', () => {
    const workers = [new Worker(1, DEAD_PID), new Worker(2, process.pid), new Worker(3, process.pid)];
    const [dead, finishing, newest] = workers;
    dead?.begin('');
    const notes = new ResponseNotes(folder);
    expect(idsOf(notes.read().starts)).toEqual([`${DEAD_PID}.0`]);
    notes.read();
    notes.read();
    expect(workers.map(({ path }) => existsSync(path))).toEqual([false, true, true]);
    finishing?.begin('');
    newest?.begin('');
    expect(notes.read().starts).toHaveLength(2);
    for (const worker of workers) worker.close();
    notes.close();
    expect(workers.map(({ path }) => existsSync(path))).toEqual([false, false, false]);
  });
});
