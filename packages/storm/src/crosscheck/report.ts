import type { CrosscheckResult } from './crosscheck.ts';
import { cellOf } from './outcome.ts';

/** A table for the terminal: a block for each case, a line for each client. */
export function tableOf({ clients }: CrosscheckResult): string[] {
  const cases = clients[0]?.cases ?? [];
  const width = Math.max(0, ...clients.map(({ client }) => client.length));
  return cases.flatMap((one, index) => [
    '',
    `${one.case}: ${one.says}${one.artificial ? ' (artificial)' : ''}`,
    ...clients.map(({ client, cases: results }) => {
      const outcome = results[index]?.outcome ?? null;
      const sign =
        outcome === null ? ' ' : outcome.wrong + outcome.crashed > 0 ? '✗' : outcome.stale > 0 ? '!' : '✓';
      return `  ${sign} ${client.padEnd(width)}  ${cellOf(outcome)}`;
    }),
  ]);
}

/** The same as tables of Markdown, for the report. */
export function reportOf(result: CrosscheckResult): string {
  const { clients, seed, node, redis, extent } = result;
  const cases = clients[0]?.cases ?? [];
  const versions = clients.map(({ client, packageName, version }) =>
    client === packageName ? `${client} ${version}` : `${client} (${packageName} ${version})`,
  );
  return [
    `Redis ${redis}, Node ${node.slice(1)}, seed ${seed}, ${extent.reads} reads in a case, ${extent.inFlight} at once. ${versions.join(', ')}.`,
    ...cases.flatMap((one, index) => [
      '',
      `### ${one.case}${one.artificial ? ' (artificial)' : ''}`,
      '',
      `${one.says[0]?.toUpperCase()}${one.says.slice(1)}.`,
      '',
      '| client | |',
      '| --- | --- |',
      ...clients
        .filter(({ cases: results }) => results[index]?.outcome !== null)
        .map(({ client, cases: results }) => {
          const outcome = results[index]?.outcome ?? null;
          const cell = cellOf(outcome);
          return `| ${client} | ${(outcome?.wrong ?? 0) > 0 ? `**${cell}**` : cell} |`;
        }),
    ]),
    '',
  ].join('\n');
}
