import { useAction } from '../app/action.ts';
import { useHousehold } from '../household/household.ts';
import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';
import { Card } from '../style/Card.tsx';
import { Form } from '../style/Form.tsx';
import { agentInWords } from './agent-name.ts';
import { pairAgent, type VerifiedOffer } from './pair.ts';

interface OfferStepProps {
  readonly found: VerifiedOffer;
  readonly onPaired: () => void;
  readonly onBack: () => void;
}

/** Shows what is about to be paired, and pairs it. */
export function OfferStep({ found, onPaired, onBack }: OfferStepProps) {
  const household = useHousehold();
  const { busy, problem, run } = useAction();
  const { agent } = found.offer;
  const isKnown = household.log.agents.has(agent);
  return (
    <>
      <h1 tabIndex={-1}>Found your agent</h1>
      <Card>
        <p>
          <strong>Agent {agentInWords(agent)}</strong>
          <br />
          <span className="quiet">
            It answered with this code. Pair it only if the code is from your agent’s own screen.
          </span>
        </p>
        <p>
          Once paired, it obeys this account only. It keeps your cameras’ passwords at home, and seals every
          recording so that only you can open it.
        </p>
      </Card>
      {isKnown && <Banner>It belongs to your home already. Pairing it again changes nothing.</Banner>}
      <Form
        onSubmit={() =>
          run(async () => {
            await pairAgent(household, found);
            onPaired();
          })
        }
        problem={problem}
        doing={busy ? 'Pairing…' : null}
      >
        <div className="row">
          <Button type="submit" busy={busy}>
            Pair it
          </Button>
          <Button look="plain" onClick={onBack}>
            Another code
          </Button>
        </div>
      </Form>
    </>
  );
}
