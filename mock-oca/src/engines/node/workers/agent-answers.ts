import type { Oca } from '../../../app.ts';
import type { DiskStore } from '../../../disks/disk-store.ts';
import { answerControl } from './control-forwarding.ts';
import { errorOf, failureOf } from './failures.ts';
import type { ControlAnswer, Failure, FileAnswer, Question } from './messages.ts';

interface Workers {
  /** Takes up what they have counted. */
  count(): void;
  settled(): Promise<void>;
}

/** What the agent does for its workers: the disks and the control routes are its own. */
export class AgentAnswers {
  readonly #oca: Oca;
  readonly #disks: Pick<DiskStore, 'open'>;
  readonly #workers: Workers;

  constructor(oca: Oca, disks: Pick<DiskStore, 'open'>, workers: Workers) {
    this.#oca = oca;
    this.#disks = disks;
    this.#workers = workers;
  }

  /** Never rejects. */
  async to(question: Question): Promise<FileAnswer | ControlAnswer> {
    if (question.what === 'control') return this.#control(question.request);
    try {
      if (question.what === 'bring') await this.#bring(question.fileId, question.position, question.bytes);
      else (await this.#disks.open(question.fileId)).close();
      return undefined;
    } catch (error) {
      return failureOf(error);
    }
  }

  diskFailed({ target, failure }: { readonly target: string; readonly failure: Failure }): void {
    this.#oca.media.diskFailed(target, errorOf(failure));
  }

  async #control(request: Parameters<typeof answerControl>[0]): Promise<ControlAnswer> {
    this.#workers.count();
    const answer = await answerControl(request, (asked) => this.#oca.control.fetch(asked));
    // What it switched is so in all of them before anybody hears that it is.
    if (request.method !== 'GET') await this.#workers.settled();
    return answer;
  }

  async #bring(fileId: string, position: number, bytes: number): Promise<void> {
    const file = await this.#disks.open(fileId);
    try {
      const { kernel } = file;
      if (!kernel) await file.read(Buffer.allocUnsafe(bytes), position);
      else if (!kernel.inMemory(position, bytes)) await kernel.bring(position, bytes);
    } finally {
      file.close();
    }
  }
}
