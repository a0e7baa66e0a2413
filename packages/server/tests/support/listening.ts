import { newCloud, type TestCloud } from './cloud.ts';

export interface ListeningCloud extends TestCloud {
  readonly url: URL;
}

/** A cloud with a socket, whose browsers say the right origin. */
export async function newListeningCloud(
  options: Parameters<typeof newCloud>[0] = {},
): Promise<ListeningCloud> {
  const cloud = await newCloud(options);
  const url = await cloud.listen();
  return { ...cloud, url, origin: url.origin };
}
