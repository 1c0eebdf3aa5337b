import { Agent, request } from 'node:http';

const TIMEOUT_MS = 2000;
/** A connection that stays costs the agent half as much as one each time. */
const connections = new Agent({ keepAlive: true, maxSockets: 2 });

/** One small request to nginx's own socket. Rejects when it does not answer 200 in time. */
export function askAgentSocket(socketPath: string, path: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'PUT';
    const headers = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = request({ socketPath, path, method, headers, agent: connections, timeout: TIMEOUT_MS }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('error', reject);
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve(text) : reject(new Error(`nginx answered ${answer.statusCode} to ${path}`)),
      );
    });
    asked.on('timeout', () => asked.destroy(new Error(`nginx did not answer ${path}`)));
    asked.on('error', reject);
    asked.end(body);
  });
}
