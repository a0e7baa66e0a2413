import { Card } from '../style/Card.tsx';

/** How Nightlatch keeps its promise, in short and with its limits. */
export function HowItIsKept() {
  return (
    <Card title="How Nightlatch keeps its promise">
      <ul className="facts">
        <li>Recordings are sealed at home, before they leave it. The keys are made in your browser.</li>
        <li>The cloud checks who may see a thing in the same step that fetches it, every time.</li>
        <li>
          Your browser checks each picture once more: that it is the one you asked for, from the camera you
          paired. If not, it shows nothing and reports it.
        </li>
        <li>The people who run the cloud cannot see pictures, sound or the names of your cameras.</li>
        <li>They can see when something was recorded, how large it is, and from which network you log in.</li>
        <li>
          This app itself comes from the cloud. Somebody who took over the cloud could send you a false app:
          no web app can rule that out.
        </li>
        <li>
          If you lose both your passphrase and your recovery code, your recordings are lost to everybody.
        </li>
      </ul>
    </Card>
  );
}
