import path from 'node:path';
import type { Adapter } from './client.ts';

/** A file for each client. */
export const CLIENTS = path.join(import.meta.dirname, 'clients');

const isAdapter = (value: unknown): value is Adapter =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'packageName' in value &&
  'open' in value &&
  typeof value.open === 'function';

/** @throws Error where the file exports no adapter */
export async function loadAdapter(file: string): Promise<Adapter> {
  const loaded: unknown = await import(file);
  const adapter =
    typeof loaded === 'object' && loaded !== null && 'adapter' in loaded ? loaded.adapter : undefined;
  if (!isAdapter(adapter)) throw new Error(`${file} exports no adapter`);
  return adapter;
}
