import type { DemoSettings, Fault, FleetSnapshot } from '@pressplay/protocol/messages';

/** The supervisor's API, as a page uses it. */
export class FleetClient {
  async demo(): Promise<DemoSettings> {
    const response = await fetch('/api/demo');
    if (!response.ok) throw new Error(`The supervisor answered ${response.status} to /api/demo.`);
    return (await response.json()) as DemoSettings;
  }

  /** Calls `onSnapshot` for each snapshot and `onLost` when the supervisor goes away. Returns a function that stops it. */
  watch(onSnapshot: (snapshot: FleetSnapshot) => void, onLost: () => void): () => void {
    const stream = new EventSource('/api/fleet/stream');
    stream.addEventListener('snapshot', (event) => onSnapshot(JSON.parse(event.data) as FleetSnapshot));
    stream.addEventListener('error', onLost);
    return () => stream.close();
  }

  setProcess(what: 'ocas' | 'regions', id: string, action: 'kill' | 'restart'): Promise<void> {
    return this.#write('POST', `/api/${what}/${id}/${action}`);
  }

  setFaults(ocaId: string, faults: readonly Fault[]): Promise<void> {
    return this.#write('PUT', `/api/ocas/${ocaId}/faults`, { faults });
  }

  async #write(method: string, path: string, body?: unknown): Promise<void> {
    const response = await fetch(path, {
      method,
      headers: { 'Pressplay-Control': '1', 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
}
