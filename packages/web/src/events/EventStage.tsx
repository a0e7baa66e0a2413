import type { CameraId, EventId } from '@nightlatch/protocol/ids';
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Banner } from '../style/Banner.tsx';
import { Spinner } from '../style/Progress.tsx';
import type { SeenEvent } from '../viewer/seen-event.ts';
import type { Viewer } from '../viewer/viewer.ts';
import { DownloadButton } from './DownloadButton.tsx';
import { FavouriteButton } from './FavouriteButton.tsx';
import { PlayerControls, toggleFullscreen, togglePlay } from './PlayerControls.tsx';
import { CloseSign, NewerSign, OlderSign } from './signs.tsx';
import type { Thumbnails } from './thumbnails.ts';
import { dayName, exactTime } from './times.ts';
import { type OnNews, usePlayer } from './use-player.ts';
import { useSwipe } from './use-swipe.ts';
import { playPolitely, useVideo } from './use-video.ts';

interface EventStageProps {
  readonly viewer: Viewer;
  readonly thumbnails: Thumbnails;
  readonly event: EventId;
  /** As the list has it; null while it does not, as after a link from elsewhere. */
  readonly listed: SeenEvent | null;
  readonly cameraName: (camera: CameraId) => string;
  readonly onNews: OnNews;
  readonly onFavourite: (event: SeenEvent) => void;
  readonly onClose: () => void;
  readonly onNewer: (() => void) | null;
  readonly onOlder: (() => void) | null;
}

/** One event over the list: its clip, and the ones beside it by arrow keys and by swipe. */
export function EventStage(props: EventStageProps) {
  const { viewer, thumbnails, event, listed, cameraName, onNews, onFavourite, onClose, onNewer, onOlder } =
    props;
  const dialog = useRef<HTMLDialogElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const id = useId();
  const state = usePlayer(video, viewer, event, listed?.camera, onNews);
  const playing = useVideo(video);
  const [lost, setLost] = useState<string | null>(null);
  const { drag, handlers } = useSwipe(onOlder, onNewer);
  const seen = state?.opening?.event ?? listed;
  const starred = listed ?? state?.opening?.event ?? null;
  const problem = state?.problem ?? null;
  const name = seen === null ? 'Event' : cameraName(seen.camera);
  const poster = seen === null || problem?.refused ? null : thumbnails.peek(seen);
  const nowhere = state === null || state.phase === 'opening';

  useEffect(() => {
    const element = dialog.current;
    if (element === null || element.open) return;
    element.showModal();
    return () => element.close();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each event starts playing by itself, once.
  useEffect(() => {
    const element = video.current;
    const left = new AbortController();
    setLost(null);
    element?.addEventListener('loadeddata', () => void playPolitely(element), {
      signal: left.signal,
      once: true,
    });
    return () => left.abort();
  }, [event]);

  function pressed(press: KeyboardEvent) {
    if (press.defaultPrevented || press.altKey || press.ctrlKey || press.metaKey) return;
    const { target, key } = press;
    const sliding = target instanceof HTMLInputElement;
    const acted = () => {
      if (key === 'ArrowLeft' && !sliding) return onNewer?.() ?? true;
      if (key === 'ArrowRight' && !sliding) return onOlder?.() ?? true;
      if (key === ' ' && !(target instanceof HTMLButtonElement)) return togglePlay(video.current) ?? true;
      if (key === 'k') return togglePlay(video.current) ?? true;
      if (key === 'f') return toggleFullscreen(stage.current) ?? true;
      if (key === 'm' && video.current !== null) video.current.muted = !video.current.muted;
      return false;
    };
    if (acted()) press.preventDefault();
  }

  return (
    <dialog
      ref={dialog}
      className="stage"
      aria-labelledby={id}
      onCancel={(cancel) => {
        cancel.preventDefault();
        onClose();
      }}
      onKeyDown={pressed}
    >
      <header className="stage-head">
        <button type="button" className="stage-button" aria-label="Close" onClick={onClose}>
          <CloseSign />
        </button>
        <div className="stage-title">
          <h2 id={id}>{name}</h2>
          {seen !== null && (
            <time dateTime={new Date(seen.startedAt).toISOString()} title={exactTime(seen.startedAt)}>
              {dayName(seen.startedAt, Date.now())},{' '}
              {new Date(seen.startedAt).toLocaleTimeString([], { timeStyle: 'medium' })}
            </time>
          )}
        </div>
        {/* The list hears of a change; the clip that is open was asked for before it. */}
        {starred !== null && (
          <FavouriteButton
            event={starred}
            className="stage-button"
            onChanged={onFavourite}
            onProblem={setLost}
          />
        )}
        <DownloadButton key={event} opening={state?.opening ?? null} cameraName={name} onProblem={setLost} />
      </header>
      <div ref={stage} className="stage-frame" {...handlers} style={{ '--drag': `${drag}px` }}>
        {/* biome-ignore lint/a11y/useMediaCaption: a camera's recording has no captions. */}
        <video
          ref={video}
          playsInline
          aria-label={`Clip of ${name}`}
          hidden={problem !== null}
          onClick={() => togglePlay(video.current)}
        />
        {poster?.state === 'shown' && !playing.pictured && (
          <img className="stage-poster" src={poster.address} alt="" draggable={false} />
        )}
        <Waiting shown={problem === null && (nowhere || playing.starved)} words={waitingWords(state)} />
        {problem !== null && (
          <div className="stage-problem">
            <Banner look={problem.refused ? 'danger' : 'warn'}>{problem.words}</Banner>
          </div>
        )}
        <StepButton side="newer" label="Newer event" onPress={onNewer} sign={<NewerSign />} />
        <StepButton side="older" label="Older event" onPress={onOlder} sign={<OlderSign />} />
      </div>
      <PlayerControls
        video={video}
        stage={stage}
        state={playing}
        durationSeconds={state?.durationSeconds ?? 0}
        hasAudio={state?.opening?.metadata.hasAudio ?? false}
        disabled={problem !== null || nowhere}
      />
      <p className="stage-note" role="status">
        {lost ?? (problem === null ? growingWords(state) : '')}
      </p>
    </dialog>
  );
}

/** The longest clip is two minutes: one that has grown for longer stopped somewhere on its way here. */
const GROWING_MILLISECONDS_MAX = 5 * 60_000;

function growingWords(state: ReturnType<typeof usePlayer>): string {
  if (!state?.growing || state.opening === null) return '';
  const age = Date.now() - state.opening.clip.manifest.startedAt;
  return age < GROWING_MILLISECONDS_MAX
    ? 'Still recording. It goes on by itself.'
    : 'The end has not arrived. It is added when your agent delivers it.';
}

function waitingWords(state: ReturnType<typeof usePlayer>): string | null {
  if (state?.phase === 'not-here-yet')
    return 'The clip has not arrived yet. It plays as soon as its first second is here.';
  if (state?.waiting === 'network') return 'The connection is lost. Trying again…';
  if (state?.waiting === 'camera') return 'The rest is still on its way from your home.';
  return null;
}

function Waiting({ shown, words }: { readonly shown: boolean; readonly words: string | null }) {
  return (
    <div className="stage-waiting" role="status" data-shown={shown}>
      {shown && (
        <>
          <Spinner />
          {words === null ? <span className="unseen">Loading…</span> : <span>{words}</span>}
        </>
      )}
    </div>
  );
}

interface StepButtonProps {
  readonly side: 'newer' | 'older';
  readonly label: string;
  readonly onPress: (() => void) | null;
  readonly sign: ReactNode;
}

function StepButton({ side, label, onPress, sign }: StepButtonProps) {
  return (
    <button
      type="button"
      className={`stage-button stage-step ${side}`}
      aria-label={label}
      aria-disabled={onPress === null}
      onClick={() => onPress?.()}
    >
      {sign}
    </button>
  );
}
