import type { Registry } from 'prom-client';
import type { Observe } from './observe.ts';

/** What is needed of `prom-client`, which is passed in: `metricsOf(await import('prom-client'), registry)`. */
export type PrometheusClient = Pick<typeof import('prom-client'), 'Counter' | 'Gauge' | 'Histogram'>;

/** Seconds: a look into memory, Redis, a source. */
const BUCKETS = [0.00001, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];

/**
 * Counts what happens. Pass what it answers to `createCache` as `observe`. Labels are names of entries and of outcomes, never
 * keys or scopes. `nightlatch_cache_doubts_total` is 0 while everything is in order.
 */
export function metricsOf({ Counter, Gauge, Histogram }: PrometheusClient, registry: Registry): Observe {
  const registers = [registry];
  const gets = new Histogram({
    name: 'nightlatch_cache_get_seconds',
    help: 'Answers, by where they came from',
    labelNames: ['entry', 'origin'] as const,
    buckets: BUCKETS,
    registers,
  });
  const loads = new Histogram({
    name: 'nightlatch_cache_load_seconds',
    help: 'Questions to the source',
    labelNames: ['entry', 'outcome'] as const,
    buckets: BUCKETS,
    registers,
  });
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name: `nightlatch_cache_${name}_total`, help, labelNames: [...labelNames], registers });
  const stores = counter('stores', 'What became of values that were to be stored', ['entry', 'outcome']);
  const refusals = counter('refusals', 'Envelopes that were not taken', ['entry', 'reason']);
  const doubts = counter('doubts', 'Connections given up because of what came by them', ['reason']);
  const bypasses = counter('bypasses', 'Reads that went around a full cache', []);
  const up = new Gauge({ name: 'nightlatch_cache_up', help: '1 while there is a connection', registers });

  return (event) => {
    switch (event.type) {
      case 'get':
        return gets.observe({ entry: event.entry, origin: event.origin }, event.milliseconds / 1000);
      case 'load':
        return loads.observe({ entry: event.entry, outcome: event.outcome }, event.milliseconds / 1000);
      case 'store':
        return stores.inc({ entry: event.entry, outcome: event.outcome });
      case 'refused':
        return refusals.inc({ entry: event.entry, reason: event.reason });
      case 'doubt':
        return doubts.inc({ reason: event.reason });
      case 'bypassed':
        return bypasses.inc();
      case 'connected':
        return up.set(1);
      case 'disconnected':
        return up.set(0);
    }
  };
}
