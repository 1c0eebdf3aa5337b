/** One line of the request log: JSON, one object a line. A SIGKILL leaves starts without ends. */
export interface RequestLogLine {
  readonly phase: 'start' | 'end';
  /** Unix time in milliseconds. */
  readonly atMs: number;
  readonly requestId: string;
  readonly ocaId: string;
  readonly method: string;
  readonly clientAddress: string;
  /** Absent where the token did not open. */
  readonly playId?: string | undefined;
  readonly fileId?: string | undefined;
  /** First byte and first byte after: absent where no file is sent. */
  readonly range?: readonly [number, number] | undefined;
  readonly status: number;
  /** Why the answer is what it is, in a few words. */
  readonly reason: string;
  /** Body bytes handed to the socket or stream. */
  readonly bytesSent?: number;
  /** Body bytes that the kernel took, where the renderer knows. */
  readonly bytesFlushed?: number | undefined;
  /** From the request to the first byte of the file, where the renderer knows. */
  readonly firstByteAfterMs?: number;
  readonly outcome?: TransferOutcome;
}

export type TransferOutcome = 'complete' | 'client-closed' | 'slow-client' | 'reset' | 'disk-error' | 'stopped';
