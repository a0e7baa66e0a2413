import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as prometheus from 'prom-client';
import { camera, ground } from '../tests/support/ground.ts';
import { metricsOf } from './metrics.ts';

test('what happens is counted, and no key or scope is told', async () => {
  const registry = new prometheus.Registry();
  const { cacheOf, store } = ground();
  const watch = metricsOf(prometheus, registry);
  const one = cacheOf({
    observe: (event) => {
      watch(event);
      one.events.push(event);
    },
  });
  await one.connected();
  const cameras = one.cameras();
  await cameras.get('secret home', camera('secret camera'));
  await cameras.get('secret home', camera('secret camera'));
  store.spoil = () => 'OK';
  await cameras.get('secret home', camera('other camera'));
  const text = await registry.metrics();
  assert.match(text, /cache_get_seconds_count\{entry="camera",origin="source"\} 2/);
  assert.match(text, /cache_get_seconds_count\{entry="camera",origin="near"\} 1/);
  assert.match(text, /cache_load_seconds_count\{entry="camera",outcome="loaded"\} 2/);
  assert.match(text, /cache_stores_total\{entry="camera",outcome="stored"\} 1/);
  assert.match(text, /cache_doubts_total\{reason="wrong-shape"\} 1/);
  assert.match(text, /cache_up 0/);
  assert.doesNotMatch(text, /secret/);
});
