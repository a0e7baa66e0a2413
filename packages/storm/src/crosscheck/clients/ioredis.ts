import { Redis } from 'ioredis';
import { ioredisLike } from '../ioredis-like.ts';

export const adapter = ioredisLike(
  'ioredis',
  ({ port, timeoutMilliseconds }) =>
    new Redis({ port, host: '127.0.0.1', commandTimeout: timeoutMilliseconds }),
);
