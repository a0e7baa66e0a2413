import type { Handler } from '../../handler.ts';

export const handle: Handler<'retention.get'> = async ({ gate, egress, config }, { caller, params }) => {
  const asked = { session: caller.session, account: caller.account, home: params.home };
  const kept = await egress.retention(await gate.retention(asked), asked);
  const { bytesMax, bytes, favourites, favouriteBytes, bytesOfLastWeek, cameras } = kept;
  return {
    ...{ bytesMax, cloudBytesMax: config.homeBytesMax ?? null, bytes },
    ...{ favourites, favouriteBytes, bytesOfLastWeek, cameras },
  };
};
