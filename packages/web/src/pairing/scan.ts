/** The browser's own reader of bar codes, where it has one (Chrome on Android and macOS, as of 2026). */
interface Detector {
  detect: (source: HTMLVideoElement) => Promise<readonly { readonly rawValue: string }[]>;
}
interface DetectorMaker {
  new (options: { formats: readonly string[] }): Detector;
  getSupportedFormats: () => Promise<readonly string[]>;
}
declare global {
  interface Window {
    readonly BarcodeDetector?: DetectorMaker;
  }
}

const LOOK_MILLISECONDS = 200;

/** A reader of QR codes; null where this browser has none, or no camera to read with. */
export async function qrReader(): Promise<Detector | null> {
  const Maker = window.BarcodeDetector;
  if (Maker === undefined || navigator.mediaDevices === undefined) return null;
  const formats = await Maker.getSupportedFormats().catch((): readonly string[] => []);
  return formats.includes('qr_code') ? new Maker({ formats: ['qr_code'] }) : null;
}

/** Shows the camera in `video` until a QR code is read or `signal` ends it; gives the text, or null. */
export async function readQr(
  reader: Detector,
  video: HTMLVideoElement,
  signal: AbortSignal,
): Promise<string | null> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  try {
    video.srcObject = stream;
    // Frames come when they come; a look before the first finds nothing.
    video.play().catch(() => undefined);
    while (!signal.aborted) {
      const [found] = await reader.detect(video).catch(() => []);
      if (found !== undefined) return found.rawValue;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
    }
    return null;
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
