import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userNamed } from './system-user.ts';

const PASSWD =
  'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n';

test('a user is found by name with its group; root and the unknown are not taken', () => {
  assert.deepEqual(userNamed(PASSWD, 'nobody'), { uid: 65_534, gid: 65_534 });
  assert.equal(userNamed(PASSWD, 'root'), undefined);
  assert.equal(userNamed(PASSWD, 'postgres'), undefined);
});
