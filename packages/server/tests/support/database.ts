import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import postgres from 'postgres';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/sql/database.ts';
import type { Doubt } from '../../src/sql/failures.ts';
import { type Cluster, startCluster, TEMPLATE } from './postgres.ts';

let started: Promise<Cluster> | undefined;
let made = 0;

/** The cluster of this test file; started at the first call, stopped after the last test. */
export function cluster(): Promise<Cluster> {
  started ??= startCluster();
  return started;
}

async function command(of: Cluster, text: string): Promise<void> {
  const sql = postgres(of.url('postgres'), { max: 1, onnotice: () => {} });
  await sql.unsafe(text);
  await sql.end();
}

/** A migrated database of its own; the answer is its URL as the owner. */
export async function newDatabaseUrl(options: { migrated?: boolean } = {}): Promise<string> {
  const one = await cluster();
  made += 1;
  const name = `test_${made}`;
  // Copying the template's files takes 0.03 s; writing its blocks to the log, as is usual, takes 0.25 s.
  const of = options.migrated === false ? '' : ` template ${TEMPLATE} strategy file_copy`;
  await command(one, `create database ${name}${of}`);
  return one.url(name);
}

export interface TestDatabase extends Database {
  readonly url: string;
  /** As the owner, past row-level security: to prepare and to look at what is stored. */
  readonly owner: postgres.Sql;
  readonly doubts: Doubt[];
}

/** A migrated database, opened as the server opens it. */
export async function newDatabase(options: Partial<DatabaseOptions> = {}): Promise<TestDatabase> {
  const url = options.url ?? (await newDatabaseUrl());
  const doubts: Doubt[] = [];
  const database = openDatabase({
    random: randomBytes,
    onDoubt: (doubt) => doubts.push(doubt),
    sharedConnections: 3,
    transactionConnections: 2,
    ...options,
    url,
  });
  const owner = postgres(url, { max: 2, onnotice: () => {} });
  const dispose = async () => {
    await Promise.all([database[Symbol.asyncDispose](), owner.end({ timeout: 1 })]);
  };
  opened.push(dispose);
  return { ...database, url, owner, doubts, [Symbol.asyncDispose]: dispose };
}

const opened: (() => Promise<void>)[] = [];
after(async () => {
  await Promise.all(opened.map((dispose) => dispose()));
  await (await started)?.stop();
});
