import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from './config.ts';

const DATABASE_URL = 'postgres://nightlatch@127.0.0.1/nightlatch';

test('without settings the cloud listens to this machine alone', () => {
  const config = readConfig({ DATABASE_URL, PUBLIC_URL: '' });
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.publicUrl, undefined);
  assert.equal(config.webDirectory, undefined);
});

test('each setting that cannot be used is named', () => {
  assert.throws(() => readConfig({ PORT: '70000', PUBLIC_URL: 'ftp://x' }), {
    name: 'ConfigRefused',
    message: /DATABASE_URL: .*PORT: .*PUBLIC_URL: a URL such as/,
  });
});

test('what a home may keep is bounded only where somebody says so, and by no nonsense', () => {
  assert.equal(readConfig({ DATABASE_URL }).homeBytesMax, undefined);
  assert.equal(readConfig({ DATABASE_URL, HOME_BYTES_MAX: '50000000000' }).homeBytesMax, 50_000_000_000);
  for (const HOME_BYTES_MAX of ['0', '50GB', '1e99'])
    assert.throws(() => readConfig({ DATABASE_URL, HOME_BYTES_MAX }), { message: /HOME_BYTES_MAX/ });
});

test('a database URL may carry a password and options', () => {
  const url = 'postgresql://user:p%40ss@db.example.org:5433/cloud?sslmode=require';
  assert.equal(readConfig({ DATABASE_URL: url }).databaseUrl, url);
});

test('a Redis is named by a URL of its own kind, or not at all', () => {
  assert.equal(readConfig({ DATABASE_URL }).redisUrl, undefined);
  assert.equal(
    readConfig({ DATABASE_URL, REDIS_URL: 'rediss://:secret@cache:6380/2' }).redisUrl?.port,
    '6380',
  );
  for (const REDIS_URL of ['127.0.0.1:6379', 'http://:secret@cache', 'redis', 'redis://'])
    assert.throws(() => readConfig({ DATABASE_URL, REDIS_URL }), {
      message: /^The settings cannot be used\. REDIS_URL: a URL such as redis:\/\/127\.0\.0\.1:6379$/,
    });
});
