import { memo } from 'react';
import { Link } from 'wouter';
import type { SeenEvent } from '../viewer/seen-event.ts';
import { FavouriteButton } from './FavouriteButton.tsx';
import { LockSign } from './signs.tsx';
import type { Thumbnails } from './thumbnails.ts';
import { aboutWhen, exactTime, spanText, spokenSpan } from './times.ts';
import { useThumbnail } from './use-thumbnail.ts';

/** A recording that has not ended after this long has lost its agent on the way. */
const RECORDING_MILLISECONDS_MAX = 15 * 60_000;

interface EventCardProps {
  readonly event: SeenEvent;
  readonly cameraName: string;
  readonly thumbnails: Thumbnails;
  readonly search: string;
  readonly now: number;
  readonly onFavourite: (event: SeenEvent) => void;
}

type Going = 'recording' | 'unfinished' | null;
const goingOf = (event: SeenEvent, now: number): Going =>
  event.endedAt !== null
    ? null
    : now - event.startedAt < RECORDING_MILLISECONDS_MAX && event.clip?.state !== 'interrupted'
      ? 'recording'
      : 'unfinished';

export const cardId = (event: string): string => `card-${event}`;

/** One event as its picture. */
export const EventCard = memo(function EventCard(props: EventCardProps) {
  const { event, cameraName, thumbnails, search, now, onFavourite } = props;
  const picture = useThumbnail(thumbnails, event);
  const going = goingOf(event, now);
  const lasted = event.endedAt === null ? null : event.endedAt - event.startedAt;
  const spoken = going === 'recording' ? 'recording now' : lasted === null ? '' : spokenSpan(lasted);
  return (
    <div className="event-place">
      <Link
        id={cardId(event.event)}
        className="event-card"
        href={`/events/${event.event}${search}`}
        state={{ fromList: true }}
      >
        <span className="event-picture" data-state={picture.state}>
          {picture.state === 'shown' && (
            <img src={picture.address} alt="" draggable={false} decoding="async" />
          )}
          {picture.state === 'refused' && (
            <span className="event-nothing refused">
              <LockSign />
              Not shown: not what your camera signed
            </span>
          )}
          {picture.state === 'none' && (
            <span className="event-nothing">
              {going === 'recording' ? 'The picture is on its way…' : 'No picture has arrived'}
            </span>
          )}
          {picture.state === 'failed' && (
            <span className="event-nothing">The picture could not be fetched</span>
          )}
          {going === 'recording' && (
            <span className="event-badge recording" aria-hidden="true">
              recording…
            </span>
          )}
          {going === 'unfinished' && <span className="event-badge">unfinished</span>}
          {lasted !== null && (
            <span className="event-badge lasted" aria-hidden="true">
              {spanText(lasted)}
            </span>
          )}
        </span>
        <span className="event-caption">
          <span className="event-camera">{cameraName}</span>
          <time dateTime={new Date(event.startedAt).toISOString()} title={exactTime(event.startedAt)}>
            {aboutWhen(event.startedAt, now)}
          </time>
          {spoken !== '' && <span className="unseen">, {spoken}</span>}
        </span>
      </Link>
      <FavouriteButton
        event={event}
        className="event-star"
        of={`${cameraName}, ${exactTime(event.startedAt)}`}
        onChanged={onFavourite}
      />
    </div>
  );
});
