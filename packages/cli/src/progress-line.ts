export interface ProgressLine {
  show(what: string, fraction: number): void;
  close(): void;
}

/** One line that counts up in a terminal; elsewhere a line for each tenth. */
export function progressLine(out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'> = process.stdout): ProgressLine {
  let last = '';
  return {
    show(what, fraction) {
      const percent = Math.floor(fraction * 100);
      const line = `${what} ${out.isTTY ? percent : percent - (percent % 10)} %`;
      if (line === last) return;
      last = line;
      out.write(out.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    close() {
      if (out.isTTY && last !== '') out.write('\r\u001b[2K');
    },
  };
}
