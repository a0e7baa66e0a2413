import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';

/** Stands in place of the home when its log is not the one this browser knows: nothing of it is shown. */
export function RefusedHome({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <div className="narrow stack">
      <h1 tabIndex={-1}>Nightlatch stopped here</h1>
      <Banner look="danger">
        <p>
          <strong>
            The cloud answered with a record of your home that is not the one this browser knows.
          </strong>
        </p>
        <p>Nothing of it is shown. We have told the cloud’s operator. Your cameras keep recording at home.</p>
      </Banner>
      <p>
        If you see this again after a while, ask the people who run your cloud. Do not pair anything until it
        is solved.
      </p>
      <div className="row">
        <Button onClick={onRetry}>Check again</Button>
      </div>
    </div>
  );
}
