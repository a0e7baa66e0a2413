import type { CameraId } from '@nightlatch/protocol/ids';
import type { CameraKept, Retention } from '@nightlatch/protocol/retention';
import { useCallback, useEffect, useState } from 'react';
import { call } from '../api/client.ts';
import { useAction } from '../app/action.ts';
import { useHousehold } from '../household/household.ts';
import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';
import { Card } from '../style/Card.tsx';
import { Field } from '../style/Field.tsx';
import { Form } from '../style/Form.tsx';
import { Progress } from '../style/Progress.tsx';
import { When } from '../style/When.tsx';
import { boundOf, bytesOf, daysOf, gigabytesText, reachOf, sizeText, untilOf } from './kept.ts';

/** How much is kept, for how long, and until when; and what of it is set. */
export function WhatIsKept() {
  const { home, log } = useHousehold();
  const [kept, setKept] = useState<Retention | null>(null);
  const { problem, run } = useAction();
  const load = useCallback(async () => {
    const told = await call('retention.get', { params: { home } });
    // Which cameras the home has is for its log to say.
    setKept({ ...told, cameras: told.cameras.filter(({ camera }) => log.cameras.has(camera)) });
  }, [home, log]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each home log.
  useEffect(() => run(load), [load]);
  return (
    <Card title="What is kept">
      {problem !== null && <Banner look="warn">{problem}</Banner>}
      {kept === null && problem === null && <Progress label="Looking…" />}
      {kept !== null && <KeptNow kept={kept} />}
      {kept !== null && <KeptForm kept={kept} onSaved={load} />}
    </Card>
  );
}

function KeptNow({ kept }: { readonly kept: Retention }) {
  const bound = boundOf(kept);
  const { bytes, favourites, favouriteBytes, bytesMax, cloudBytesMax } = kept;
  return (
    <>
      <p>
        <strong>{sizeText(bytes)}</strong> stored{bound !== null && <> of {sizeText(bound)}</>}.{' '}
        {favourites > 0 && (
          <>
            {favourites === 1 ? '1 favourite takes' : `${favourites} favourites take`}{' '}
            {sizeText(favouriteBytes)} of it.
          </>
        )}
      </p>
      {bound !== null && (
        <meter
          className="kept-meter"
          aria-label="Room in use"
          min={0}
          max={bound}
          value={Math.min(bytes, bound)}
        />
      )}
      {cloudBytesMax !== null && (bytesMax === null || bytesMax > cloudBytesMax) && (
        <p className="quiet small">
          Whoever runs this cloud keeps at most {sizeText(cloudBytesMax)} for each home.
        </p>
      )}
      {bound !== null && favouriteBytes > bound && (
        <Banner look="danger">
          Your favourites alone take more than you keep. They stay, and everything else is deleted soon after
          it was recorded. Keep more, or take the star off some.
        </Banner>
      )}
    </>
  );
}

interface KeptFormProps {
  readonly kept: Retention;
  readonly onSaved: () => Promise<void>;
}

function KeptForm({ kept, onSaved }: KeptFormProps) {
  const { home, cameraName } = useHousehold();
  const [gigabytes, setGigabytes] = useState(gigabytesText(kept.bytesMax));
  const [days, setDays] = useState<ReadonlyMap<CameraId, string>>(
    new Map(kept.cameras.map((one) => [one.camera, one.days === null ? '' : String(one.days)])),
  );
  const [tried, setTried] = useState(false);
  const [saved, setSaved] = useState(false);
  const { busy, problem, run } = useAction();
  const textOf = (camera: CameraId) => days.get(camera) ?? '';
  const bytesMax = bytesOf(gigabytes);
  const cameras = kept.cameras.map(({ camera }) => ({ camera, days: daysOf(textOf(camera)) }));

  const save = () => {
    setTried(true);
    setSaved(false);
    const set = cameras.flatMap(({ camera, days }) => (days === undefined ? [] : [{ camera, days }]));
    if (bytesMax === undefined || set.length < cameras.length) return;
    run(async () => {
      await call('retention.set', { params: { home }, input: { bytesMax, cameras: set } });
      await onSaved();
      setSaved(true);
      setTried(false);
    });
  };
  return (
    <Form onSubmit={save} problem={problem} doing={busy ? 'Saving…' : null}>
      {kept.cameras.map((one) => (
        <div key={one.camera} className="kept-camera">
          <Field
            label={`${cameraName(one.camera)}: days`}
            inputMode="numeric"
            placeholder="no limit"
            value={textOf(one.camera)}
            onChange={(text) => setDays(new Map(days).set(one.camera, text))}
            hint={<CameraNow kept={kept} camera={one} />}
            wrong={
              tried && daysOf(textOf(one.camera)) === undefined
                ? 'Whole days from 1 to 3650, or nothing for no limit.'
                : null
            }
          />
        </div>
      ))}
      <Field
        label="The whole home: gigabytes"
        inputMode="decimal"
        placeholder="no limit"
        value={gigabytes}
        onChange={setGigabytes}
        hint="When it is more, the oldest goes first."
        wrong={tried && bytesMax === undefined ? 'From 0.11 gigabytes on, or nothing for no limit.' : null}
      />
      <p className="quiet small">
        What is deleted is gone for everybody, within minutes, and nothing brings it back. Favourites (the
        star on an event) stay, and what is still being recorded is finished first.
      </p>
      {saved && <Banner look="good">Saved.</Banner>}
      <div className="row">
        <Button type="submit" busy={busy}>
          Save
        </Button>
      </div>
    </Form>
  );
}

function CameraNow({ kept, camera }: { readonly kept: Retention; readonly camera: CameraKept }) {
  const { events, bytes, oldestAt } = camera;
  const now = Date.now();
  const reach = reachOf(kept, camera.days);
  const until = untilOf(reach, now);
  return (
    <>
      {events === 0
        ? 'Nothing is stored yet.'
        : `${events === 1 ? '1 event' : `${events} events`}, ${sizeText(bytes)}`}
      {oldestAt !== null && (
        <>
          , the oldest of <When at={oldestAt} now={now} />.
        </>
      )}{' '}
      {until === undefined
        ? 'What is recorded today stays without end.'
        : `What is recorded today stays until ${reach.byRoom ? 'about ' : ''}${new Date(until).toLocaleDateString([], { dateStyle: 'medium' })}${reach.byRoom ? ', when the room is used up as in the last week' : ''}.`}
    </>
  );
}
