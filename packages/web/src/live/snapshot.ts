const QUALITY = 0.92;
/** At the live edge there are moments between two pictures; the next one is this near, or there is none. */
const NEXT_PICTURE_MILLISECONDS_MAX = 1_000;

const hasPicture = (video: HTMLVideoElement): boolean =>
  video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;

async function nextPicture(video: HTMLVideoElement): Promise<void> {
  const soon = AbortSignal.timeout(NEXT_PICTURE_MILLISECONDS_MAX);
  while (!hasPicture(video) && !soon.aborted)
    await new Promise<void>((resolve) => {
      const options = { once: true, signal: soon };
      video.addEventListener('canplay', () => resolve(), options);
      video.addEventListener('timeupdate', () => resolve(), options);
      soon.addEventListener('abort', () => resolve(), { once: true });
    });
}

/** The picture that the element shows now, as JPEG in its full size; null while there is none. */
export async function snapshotOf(video: HTMLVideoElement): Promise<Blob | null> {
  await nextPicture(video);
  const { videoWidth: width, videoHeight: height } = video;
  if (width === 0 || !hasPicture(video)) return null;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.drawImage(video, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
}
