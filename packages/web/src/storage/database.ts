const NAME = 'nightlatch';
const VERSION = 1;
/** `keys`: the account's keys under 'current'. `pins`: the head of each home log, by home. */
const STORES = ['keys', 'pins'] as const;
export type StoreName = (typeof STORES)[number];

const answerOf = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    for (const store of STORES)
      if (!request.result.objectStoreNames.contains(store)) request.result.createObjectStore(store);
  };
  return answerOf(request);
}

async function inStore<T>(
  store: StoreName,
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await answerOf(act(database.transaction(store, mode).objectStore(store)));
  } finally {
    database.close();
  }
}

/** What stands under `key`; undefined where nothing does. Whoever asks parses it. */
export const recall = (store: StoreName, key: string): Promise<unknown> =>
  inStore(store, 'readonly', (place) => place.get(key));
export const keep = (store: StoreName, key: string, value: unknown): Promise<unknown> =>
  inStore(store, 'readwrite', (place) => place.put(value, key));
/** Everything in a store. */
export const recallAll = (store: StoreName): Promise<unknown[]> =>
  inStore(store, 'readonly', (place) => place.getAll());

/** Keeps `value` unless `stays` says of what stands there that it is to stay; in one transaction, whatever other tabs do. */
export async function keepUnless(
  store: StoreName,
  key: string,
  value: unknown,
  stays: (before: unknown) => boolean,
): Promise<void> {
  const database = await open();
  try {
    const place = database.transaction(store, 'readwrite').objectStore(store);
    if (!stays(await answerOf(place.get(key)))) await answerOf(place.put(value, key));
  } finally {
    database.close();
  }
}

export const forget = (store: StoreName, key: string): Promise<unknown> =>
  inStore(store, 'readwrite', (place) => place.delete(key));
