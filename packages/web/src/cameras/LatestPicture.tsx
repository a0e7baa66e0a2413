import type { CameraId } from '@nightlatch/protocol/ids';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { LiveSign } from '../app/signs.tsx';
import type { Thumbnails } from '../events/thumbnails.ts';
import { useThumbnail } from '../events/use-thumbnail.ts';
import type { SeenEvent } from '../viewer/seen-event.ts';
import type { Viewer } from '../viewer/viewer.ts';

interface LatestPictureProps {
  readonly viewer: Viewer;
  readonly thumbnails: Thumbnails;
  readonly camera: CameraId;
  readonly name: string;
  /** A new value asks again. */
  readonly since: number;
}

const REFUSED = 'Not shown: not what your camera signed';

/** The newest event of a camera that passed every check, or what to say in its place; null while it is not known. */
function useLatest({ viewer, camera, since }: LatestPictureProps): SeenEvent | string | null {
  const [latest, setLatest] = useState<SeenEvent | string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a camera that begins or ends to record has news.
  useEffect(() => {
    const left = new AbortController();
    viewer
      .list({ camera }, left.signal)
      .then(({ items }) => {
        const found = items.find((item) => item.kind === 'event' && item.event.thumbnail !== null);
        const isRefused = items.some((item) => item.kind === 'refused');
        if (found?.kind === 'event') setLatest(found.event);
        else setLatest(isRefused ? REFUSED : 'Nothing has moved yet');
      })
      // The page stands without its pictures.
      .catch(() => undefined);
    return () => left.abort();
  }, [viewer, camera, since]);
  return latest;
}

function Picture({ event, thumbnails }: { readonly event: SeenEvent; readonly thumbnails: Thumbnails }) {
  const picture = useThumbnail(thumbnails, event);
  if (picture.state === 'shown') return <img src={picture.address} alt="" decoding="async" />;
  return picture.state === 'refused' && <span>{REFUSED}</span>;
}

/** What a camera saw last, in a place that keeps its size from the start; pressed, it becomes what it sees now. */
export function LatestPicture(props: LatestPictureProps) {
  const latest = useLatest(props);
  return (
    <Link href={`/cameras/${props.camera}`} className="latest">
      {typeof latest === 'string' && <span>{latest}</span>}
      {latest !== null && typeof latest !== 'string' && (
        <Picture event={latest} thumbnails={props.thumbnails} />
      )}
      <span className="latest-live">
        <LiveSign /> Live<span className="unseen"> picture of {props.name}</span>
      </span>
    </Link>
  );
}
