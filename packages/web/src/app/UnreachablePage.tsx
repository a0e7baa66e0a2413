import { useSession } from '../account/session.ts';
import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';
import { Door } from './Door.tsx';

export function UnreachablePage({ problem }: { readonly problem: string }) {
  const { renew } = useSession();
  return (
    <Door>
      <div className="stack">
        <h1 tabIndex={-1}>No answer from the cloud</h1>
        <Banner look="warn">{problem}</Banner>
        <div className="row">
          <Button onClick={() => void renew()}>Try again</Button>
        </div>
      </div>
    </Door>
  );
}
