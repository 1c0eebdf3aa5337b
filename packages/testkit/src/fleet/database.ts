import { startPostgres } from '@pressplay/mock-backend/node';
import type { DataFolder } from './data-folder.ts';

export interface Database {
  readonly url: string;
  stop(): Promise<void>;
}

/** The PostgreSQL that npm brings, for this data folder alone. */
export async function startDatabase(data: DataFolder, port: number): Promise<Database> {
  return startPostgres({ dataDir: data.root, port });
}
