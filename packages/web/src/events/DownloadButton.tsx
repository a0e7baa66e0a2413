import { useEffect, useRef, useState } from 'react';
import { Refusal, wordsOf } from '../viewer/refusal.ts';
import type { ClipOpening } from '../viewer/viewer.ts';
import { downloadClip, saveAs } from './download.ts';
import { DownloadSign } from './signs.tsx';
import { clipFileName } from './times.ts';

interface DownloadButtonProps {
  readonly opening: ClipOpening | null;
  readonly cameraName: string;
  readonly onProblem: (words: string) => void;
}

/** Fetches the whole clip, verified and opened, and saves it as MP4. Pressed again, it stops. */
export function DownloadButton({ opening, cameraName, onProblem }: DownloadButtonProps) {
  const [part, setPart] = useState<number | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const whole = opening !== null && opening.clip.manifest.state !== 'growing';

  async function press() {
    if (stop.current !== null) return stop.current.abort();
    if (opening === null || !whole) return;
    const stopping = new AbortController();
    const { signal } = stopping;
    stop.current = stopping;
    setPart(0);
    try {
      const file = await downloadClip(opening, setPart, signal);
      saveAs(file, clipFileName(cameraName, opening.event.startedAt));
    } catch (error) {
      if (!signal.aborted) onProblem(error instanceof Refusal ? wordsOf(error) : wordsOfLoss(error));
    } finally {
      stop.current = null;
      setPart(null);
    }
  }

  const percent = part === null ? null : Math.floor(part * 100);
  const label = percent === null ? 'Download' : `Stop the download, ${percent} % done`;
  return (
    <button
      type="button"
      className="stage-button"
      aria-label={label}
      title={whole ? label : 'Can be downloaded when its recording has ended'}
      aria-disabled={!whole}
      onClick={() => void press()}
    >
      {percent === null ? <DownloadSign /> : <span className="stage-percent">{percent} %</span>}
    </button>
  );
}

const wordsOfLoss = (error: unknown): string =>
  `The clip could not be downloaded: ${error instanceof Error ? error.message : 'the connection was lost.'}`;
