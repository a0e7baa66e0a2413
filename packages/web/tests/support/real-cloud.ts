import { newCloud } from '../../../server/tests/support/cloud.ts';
import { newAgent } from '../../../server/tests/support/synthetic-agent.ts';
import { builtApp } from './built-app.ts';

/** The cloud as it runs, on a real PostgreSQL of its own, serving the app as built from the sources. */
export async function startRealCloud() {
  const cloud = await newCloud({ webDirectory: await builtApp() });
  const url = await cloud.listen();
  return {
    ...cloud,
    url: url.origin,
    /** An agent with a session, and no cameras in front of it. */
    newAgent: async () => {
      const agent = await newAgent(url);
      await agent.startSession();
      return agent;
    },
  };
}
