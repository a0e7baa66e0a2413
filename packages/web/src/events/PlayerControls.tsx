import type { ReactNode, RefObject } from 'react';
import { FullSign, MutedSign, PauseSign, PlaySign, SoundSign } from './signs.tsx';
import { spanText, spokenSpan } from './times.ts';
import { playPolitely, type VideoState } from './use-video.ts';

interface PlayerControlsProps {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly stage: RefObject<HTMLElement | null>;
  readonly state: VideoState;
  readonly durationSeconds: number;
  readonly hasAudio: boolean;
  readonly disabled: boolean;
  readonly children?: ReactNode;
}

export function togglePlay(video: HTMLVideoElement | null): void {
  if (video === null) return;
  if (video.ended) video.currentTime = 0;
  if (video.paused) void playPolitely(video);
  else video.pause();
}

export function toggleFullscreen(stage: HTMLElement | null): void {
  if (document.fullscreenElement !== null) void document.exitFullscreen();
  else void stage?.requestFullscreen?.().catch(() => undefined);
}

/** Play, place, sound and full screen of a clip, reachable by keyboard and by name. */
export function PlayerControls(props: PlayerControlsProps) {
  const { video, stage, state, durationSeconds, hasAudio, disabled, children } = props;
  const whole = Math.max(durationSeconds, 0.1);
  const at = Math.min(state.seconds, whole);
  const part = (seconds: number) => `${Math.min(100, (seconds / whole) * 100).toFixed(2)}%`;
  return (
    <div className="stage-controls">
      <button
        type="button"
        className="stage-button"
        aria-label={state.paused ? 'Play' : 'Pause'}
        aria-disabled={disabled}
        onClick={() => !disabled && togglePlay(video.current)}
      >
        {state.paused ? <PlaySign /> : <PauseSign />}
      </button>
      <span className="stage-time">{spanText(at * 1000)}</span>
      <input
        className="stage-seek"
        type="range"
        aria-label="Place in the clip"
        aria-valuetext={`${spokenSpan(at * 1000)} of ${spokenSpan(whole * 1000)}`}
        min={0}
        max={whole}
        step={0.1}
        value={at}
        disabled={disabled}
        style={{ '--played': part(at), '--buffered': part(state.bufferedSeconds) }}
        onChange={({ currentTarget }) => {
          if (video.current !== null) video.current.currentTime = Number(currentTarget.value);
        }}
      />
      <span className="stage-time">{spanText(whole * 1000)}</span>
      {hasAudio && (
        <button
          type="button"
          className="stage-button"
          aria-label={state.muted ? 'Sound on' : 'Sound off'}
          onClick={() => {
            if (video.current !== null) video.current.muted = !video.current.muted;
          }}
        >
          {state.muted ? <MutedSign /> : <SoundSign />}
        </button>
      )}
      {children}
      <button
        type="button"
        className="stage-button"
        aria-label="Full screen"
        onClick={() => toggleFullscreen(stage.current)}
      >
        <FullSign />
      </button>
    </div>
  );
}
