import { useEffect, useRef, useState } from 'react';
import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';
import { Dialog } from '../style/Dialog.tsx';
import { qrReader, readQr } from './scan.ts';

type Reader = NonNullable<Awaited<ReturnType<typeof qrReader>>>;

interface ScannerProps {
  readonly reader: Reader;
  readonly onRead: (text: string) => void;
  readonly onClose: () => void;
}

function Scanner({ reader, onRead, onClose }: ScannerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const told = useRef(onRead);
  told.current = onRead;
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    const place = video.current;
    if (place === null) return;
    const ending = new AbortController();
    readQr(reader, place, ending.signal)
      .then((text) => {
        if (text !== null && !ending.signal.aborted) told.current(text);
      })
      .catch(() => setRefused(true));
    return () => ending.abort();
  }, [reader]);
  return (
    <Dialog title="Point at the code" onClose={onClose}>
      {refused ? (
        <Banner look="warn">This browser may not use the camera. Type the code instead.</Banner>
      ) : (
        <video ref={video} className="scan" playsInline muted aria-label="What your camera sees" />
      )}
      <Button look="plain" onClick={onClose}>
        Close
      </Button>
    </Dialog>
  );
}

/** A button that reads the agent's QR code; nothing at all where the browser cannot. */
export function ScanCode({ onRead }: { readonly onRead: (text: string) => void }) {
  const [reader, setReader] = useState<Reader | null>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    void qrReader().then(setReader);
  }, []);
  if (reader === null) return null;
  return (
    <>
      <Button look="plain" onClick={() => setOpen(true)}>
        Scan the code
      </Button>
      {open && (
        <Scanner
          reader={reader}
          onClose={() => setOpen(false)}
          onRead={(text) => {
            setOpen(false);
            onRead(text);
          }}
        />
      )}
    </>
  );
}
