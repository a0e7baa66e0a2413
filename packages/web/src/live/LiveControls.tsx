import { type ReactNode, type RefObject, useEffect, useState } from 'react';
import { saveAs } from '../events/download.ts';
import { toggleFullscreen } from '../events/PlayerControls.tsx';
import { FullSign, MutedSign, PauseSign, PlaySign, SoundSign } from '../events/signs.tsx';
import { pictureFileName } from '../events/times.ts';
import { useVideo } from '../events/use-video.ts';
import { SnapshotSign, WindowSign } from './signs.tsx';
import { snapshotOf } from './snapshot.ts';
import { isFinal } from './state.ts';
import type { Live } from './use-live.ts';

interface LiveControlsProps {
  readonly video: RefObject<HTMLVideoElement | null>;
  /** What fills the screen. */
  readonly frame: RefObject<HTMLElement | null>;
  readonly live: Live;
  readonly name: string;
}

interface Action {
  readonly key: string;
  readonly label: string;
  readonly sign: ReactNode;
  readonly disabled: boolean;
  readonly act: () => void;
}

async function toggleWindow(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement === video) await document.exitPictureInPicture();
  else await video.requestPictureInPicture();
}

/** Pause, sound, snapshot, picture in picture and full screen, each by a button and by a key. */
export function LiveControls({ video, frame, live, name }: LiveControlsProps) {
  const { muted, pictured } = useVideo(video);
  const [said, setSaid] = useState('');
  const { phase, tracks } = live.state;
  const isPaused = phase === 'paused';
  const withVideo = (act: (element: HTMLVideoElement) => void) => () => {
    if (video.current !== null) act(video.current);
  };
  const snapshot = async (element: HTMLVideoElement) => {
    const picture = await snapshotOf(element);
    if (picture === null) return setSaid('There is no picture to save yet.');
    saveAs(picture, pictureFileName(name, Date.now()));
    return setSaid('Picture saved.');
  };
  const actions: Action[] = [
    {
      key: 'k',
      label: isPaused ? 'Play' : 'Pause',
      sign: isPaused ? <PlaySign /> : <PauseSign />,
      disabled: isFinal(phase),
      act: () => live.setPaused(!isPaused),
    },
  ];
  if (tracks?.hasAudio)
    actions.push({
      key: 'm',
      label: muted ? 'Sound on' : 'Sound off',
      sign: muted ? <MutedSign /> : <SoundSign />,
      disabled: isFinal(phase),
      act: withVideo((element) => {
        element.muted = !element.muted;
      }),
    });
  actions.push({
    key: 's',
    label: 'Save this picture',
    sign: <SnapshotSign />,
    disabled: !pictured || isFinal(phase),
    act: withVideo((element) => void snapshot(element)),
  });
  if (document.pictureInPictureEnabled)
    actions.push({
      key: 'p',
      label: 'Picture in picture',
      sign: <WindowSign />,
      disabled: !pictured || isFinal(phase),
      act: withVideo((element) => void toggleWindow(element).catch(() => undefined)),
    });
  actions.push({
    key: 'f',
    label: 'Full screen',
    sign: <FullSign />,
    disabled: false,
    act: () => toggleFullscreen(frame.current),
  });

  useEffect(() => {
    const pressed = (press: KeyboardEvent) => {
      const { target, key, altKey, ctrlKey, metaKey, defaultPrevented, repeat } = press;
      if (altKey || ctrlKey || metaKey || defaultPrevented || repeat) return;
      if (target instanceof HTMLInputElement || document.querySelector('dialog[open]') !== null) return;
      const action = actions.find((one) => one.key === key.toLowerCase());
      if (action === undefined) return;
      press.preventDefault();
      if (!action.disabled) action.act();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  });

  return (
    <div className="live-controls">
      {actions.map(({ key, label, sign, disabled, act }) => (
        <button
          key={key}
          type="button"
          className="stage-button"
          aria-label={label}
          aria-keyshortcuts={key}
          title={`${label} (${key})`}
          aria-disabled={disabled}
          onClick={() => !disabled && act()}
        >
          {sign}
        </button>
      ))}
      <span className="live-said" role="status">
        {said}
      </span>
    </div>
  );
}
