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

/** As in `start-notes-lua.ts`. */
const HEAD_BYTES = 64;
const SLOT_BYTES = 384;
/** More than a worker begins between two looks: with fewer it writes whole lines. */
export const NOTE_SLOTS = 16_384;
const KEPT_GENERATIONS = 3;
const FILE = /^starts\.(\d+)\.\d+$/;

/** Reads what the workers note of responses that begin. */
export class StartNotes {
  readonly #folder: string;
  readonly #rings = new Map<string, { readonly fd: number; read: number }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What was noted since the last time. What the last time gave counts as dealt with: until then it outlives a crash. */
  read(): readonly string[] {
    this.#open();
    return [...this.#rings.values()].flatMap((ring) => {
      const head = Buffer.alloc(16);
      readSync(ring.fd, head, 0, 16, 0);
      if (ring.read > head.readDoubleLE(8)) {
        const dealt = Buffer.alloc(8);
        dealt.writeDoubleLE(ring.read);
        writeSync(ring.fd, dealt, 0, 8, 8);
      }
      const notes = notesOf(ring.fd, ring.read, head.readDoubleLE(0));
      ring.read = head.readDoubleLE(0);
      return notes;
    });
  }

  /** Forgets all rings, and takes them away. */
  close(): void {
    for (const [name, { fd }] of this.#rings) {
      closeSync(fd);
      rmSync(join(this.#folder, name), { force: true });
    }
    this.#rings.clear();
  }

  #open(): void {
    const names = readdirSync(this.#folder).filter((name) => FILE.test(name));
    const newest = Math.max(...names.map(generationOf));
    for (const name of names) {
      const known = this.#rings.get(name);
      if (generationOf(name) <= newest - KEPT_GENERATIONS) {
        if (known) closeSync(known.fd);
        this.#rings.delete(name);
        rmSync(join(this.#folder, name), { force: true });
      } else if (!known) {
        const fd = openSync(join(this.#folder, name), 'r+');
        const head = Buffer.alloc(16);
        readSync(fd, head, 0, 16, 0);
        this.#rings.set(name, { fd, read: head.readDoubleLE(8) });
      }
    }
  }
}

const generationOf = (name: string): number => Number(FILE.exec(name)?.[1] ?? 0);

function notesOf(fd: number, from: number, to: number): string[] {
  const notes: string[] = [];
  for (let at = from; at < to; ) {
    const first = at % NOTE_SLOTS;
    const count = Math.min(to - at, NOTE_SLOTS - first);
    const bytes = Buffer.allocUnsafe(count * SLOT_BYTES);
    readSync(fd, bytes, 0, bytes.length, HEAD_BYTES + first * SLOT_BYTES);
    for (let slot = 0; slot < bytes.length; slot += SLOT_BYTES) {
      const length = bytes.readUInt16LE(slot);
      // Taken back.
      if (length > 0) notes.push(bytes.toString('latin1', slot + 2, slot + 2 + length));
    }
    at += count;
  }
  return notes;
}

/** The id with which a note, and the line of the end, begins. */
export function idOf(text: string): string {
  const tab = text.indexOf('\t');
  return tab < 0 ? text : text.slice(0, tab);
}

export function startNoteOf(text: string): StartNote {
  const [id = '', atS, method = '', clientAddress = '', playId = '', fileId = '', range = ''] = text.split('\t');
  return { id, atMs: Math.round(Number(atS) * 1000), method, clientAddress, playId, fileId, range };
}
