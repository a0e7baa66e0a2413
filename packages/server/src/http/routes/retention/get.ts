import type { Handler } from '../../handler.ts';

const NOTHING = { events: 0, bytes: 0, oldestAt: null, newestAt: null };

export const handle: Handler<'retention.get'> = async (
  { gate, egress, cached, config },
  { caller, params },
) => {
  const asked = { session: caller.session, account: caller.account, home: params.home };
  const grant = await gate.retention(asked);
  const { set, kept } = await egress.retention(grant, await cached.kept.get(asked.home, {}), asked);
  const { bytesMax, favourites, favouriteBytes } = set;
  return {
    ...{ bytesMax, cloudBytesMax: config.homeBytesMax ?? null, bytes: kept?.bytes ?? 0 },
    ...{ favourites, favouriteBytes, bytesOfLastWeek: kept?.bytesOfLastWeek ?? 0 },
    cameras: set.cameras.map(({ camera, days }) => {
      const counted = kept?.cameras.find((one) => one.camera === camera) ?? NOTHING;
      return { ...counted, camera, days };
    }),
  };
};
