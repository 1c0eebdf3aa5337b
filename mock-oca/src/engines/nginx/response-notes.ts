import { closeSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A response that nginx has begun to send. */
export interface StartNote {
  readonly id: string;
  readonly atMs: number;
  readonly method: string;
  readonly clientAddress: string;
  readonly playId: string;
  readonly fileId: string;
  /** The header as it came, perhaps cut off; empty where there was none. */
  readonly range: string;
}

export interface EndNote {
  readonly id: string;
  /** Where it was noted since the last look, too. */
  readonly start?: StartNote | undefined;
  readonly atMs: number;
  readonly status: number;
  readonly bodyBytes: number;
}

export interface Notes {
  /** Without those that have ended. */
  readonly starts: readonly StartNote[];
  readonly ends: readonly EndNote[];
}

/** The head of a worker's rings, in this order: how many notes there are, and how many of them were dealt with. */
interface RingHead {
  readonly begun: number;
  readonly begunRead: number;
  readonly ended: number;
  readonly endedRead: number;
  readonly pid: number;
}

/** As in `response-notes-lua.ts`, where structures of C have them. */
export const HEAD_BYTES = 64;
const START_BYTES = 256;
const START_FIELDS_BYTES = 13;
export const TEXT_BYTES = START_BYTES - START_FIELDS_BYTES;
const END_BYTES = 32;
/** More than a worker begins between two looks: beyond them it sends nothing itself. A power of two. */
export const START_SLOTS = 32_768;
/** Those, and what runs at once. */
export const END_SLOTS = 2 * START_SLOTS;
const METHODS: Readonly<Record<number, string>> = { 2: 'GET', 4: 'HEAD' };
const FILE = /^responses\.(\d+)\.\d+$/;

interface Ring {
  readonly fd: number;
  readonly generation: number;
  begunRead: number;
  endedRead: number;
}

/** Reads what the workers note of responses: two rings for each of them, of beginnings and of ends. */
export class ResponseNotes {
  readonly #folder: string;
  readonly #rings = new Map<string, Ring>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What was noted since the last time. What the last time gave counts as dealt with: until then it outlives a crash. */
  read(): Notes {
    this.#open();
    const starts: StartNote[] = [];
    const ends: EndNote[] = [];
    for (const [name, ring] of this.#rings) {
      const before = headOf(ring.fd);
      dealtWith(ring, before);
      // An end counts once its beginning does.
      const { begun } = headOf(ring.fd);
      const fresh = readStarts(ring, before.pid, begun);
      readEnds(ring, before, fresh, ends);
      for (const start of fresh) if (start) starts.push(start);
      if (ring.generation < this.#newest() && !isAlive(before.pid) && isDealtWith(headOf(ring.fd))) this.#forget(name);
    }
    return { starts, ends };
  }

  /** Forgets all rings, and takes them away. */
  close(): void {
    for (const name of [...this.#rings.keys()]) this.#forget(name);
  }

  #open(): void {
    for (const name of readdirSync(this.#folder)) {
      const [, generation] = FILE.exec(name) ?? [];
      if (generation === undefined || this.#rings.has(name)) continue;
      const fd = openSync(join(this.#folder, name), 'r+');
      const { begunRead, endedRead } = headOf(fd);
      this.#rings.set(name, { fd, generation: Number(generation), begunRead, endedRead });
    }
  }

  #newest(): number {
    return Math.max(...[...this.#rings.values()].map(({ generation }) => generation));
  }

  #forget(name: string): void {
    const ring = this.#rings.get(name);
    if (ring) closeSync(ring.fd);
    this.#rings.delete(name);
    rmSync(join(this.#folder, name), { force: true });
  }
}

const headBytes = Buffer.alloc(40);

function headOf(fd: number): RingHead {
  readSync(fd, headBytes, 0, headBytes.length, 0);
  const [begun = 0, begunRead = 0, ended = 0, endedRead = 0, pid = 0] = [0, 8, 16, 24, 32].map((at) =>
    // A file that is made at this moment is still empty.
    headBytes.readDoubleLE(at),
  );
  return { begun, begunRead, ended, endedRead, pid };
}

const isDealtWith = ({ begun, begunRead, ended, endedRead }: RingHead): boolean =>
  begun === begunRead && ended === endedRead;

/** Tells the worker that these slots may be used again. */
function dealtWith(ring: Ring, { begunRead, endedRead }: RingHead): void {
  if (ring.begunRead > begunRead) writeDouble(ring.fd, 8, ring.begunRead);
  if (ring.endedRead > endedRead) writeDouble(ring.fd, 24, ring.endedRead);
}

function writeDouble(fd: number, at: number, value: number): void {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  writeSync(fd, bytes, 0, 8, at);
}

/** By their number, from the first that was not read before; undefined where one was taken back. */
function readStarts(ring: Ring, pid: number, begun: number): (StartNote | undefined)[] {
  const { fd, begunRead } = ring;
  const fresh: (StartNote | undefined)[] = [];
  const read = { atByte: HEAD_BYTES, slotBytes: START_BYTES, slots: START_SLOTS };
  eachSlot(fd, read, begunRead, begun, (bytes, at, number) => void fresh.push(startOf(bytes, at, `${pid}.${number}`)));
  ring.begunRead = begun;
  return fresh;
}

function startOf(bytes: Buffer, at: number, id: string): StartNote | undefined {
  const [about, address, range] = [bytes[at + 10] ?? 0, bytes[at + 11] ?? 0, bytes[at + 12] ?? 0];
  if (about === 0) return undefined;
  const textAt = at + START_FIELDS_BYTES;
  const text = bytes.toString('latin1', textAt, textAt + about + address + range);
  const tab = text.indexOf('\t');
  return {
    id,
    atMs: Math.round(bytes.readDoubleLE(at) * 1000),
    method: METHODS[bytes.readUInt16LE(at + 8)] ?? '',
    clientAddress: text.slice(about, about + address),
    playId: text.slice(0, tab),
    fileId: text.slice(tab + 1, about),
    range: text.slice(about + address),
  };
}

/** Takes out of `fresh` what has ended. */
function readEnds(ring: Ring, { ended, pid }: RingHead, fresh: (StartNote | undefined)[], into: EndNote[]): void {
  const { fd, endedRead, begunRead } = ring;
  const firstFresh = begunRead - fresh.length;
  const read = { atByte: HEAD_BYTES + START_SLOTS * START_BYTES, slotBytes: END_BYTES, slots: END_SLOTS };
  eachSlot(fd, read, endedRead, ended, (bytes, at) => {
    const number = bytes.readDoubleLE(at);
    const start = fresh[number - firstFresh];
    if (start) fresh[number - firstFresh] = undefined;
    into.push({
      id: start?.id ?? `${pid}.${number}`,
      start,
      atMs: Math.round(bytes.readDoubleLE(at + 8) * 1000),
      bodyBytes: bytes.readDoubleLE(at + 16),
      status: bytes.readDoubleLE(at + 24),
    });
  });
  ring.endedRead = ended;
}

interface SlotsRead {
  readonly atByte: number;
  readonly slotBytes: number;
  readonly slots: number;
}

function eachSlot(
  fd: number,
  { atByte, slotBytes, slots }: SlotsRead,
  from: number,
  to: number,
  visit: (bytes: Buffer, at: number, number: number) => void,
): void {
  for (let number = from; number < to; ) {
    const first = number % slots;
    const count = Math.min(to - number, slots - first);
    const bytes = Buffer.allocUnsafe(count * slotBytes);
    readSync(fd, bytes, 0, bytes.length, atByte + first * slotBytes);
    for (let slot = 0; slot < count; slot++) visit(bytes, slot * slotBytes, number + slot);
    number += count;
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
