import { type ClientRequest, request } from 'node:http';
import type { SealedObject } from './sealed-event.ts';
import type { SyntheticAgent } from './synthetic-agent.ts';

/** Says that all bytes of a clip will come, and sends none: who called writes them as slowly as they like. */
export const beginUpload = (url: URL, agent: SyntheticAgent, { label, bytes }: SealedObject): ClientRequest =>
  request(new URL(`/api/agent/uploads/${label.event}.clip.0`, url), {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${agent.token}`,
      'tus-resumable': '1.0.0',
      'upload-offset': '0',
      'content-type': 'application/offset+octet-stream',
      'content-length': bytes.length,
    },
  });
