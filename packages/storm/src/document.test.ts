import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withMeasured } from './document.ts';

test('what was measured takes the place of what was measured before, and leaves the words alone', () => {
  const first = withMeasured('# Title\n\nWords.\n\n## Seen\n\nold\n', '## Seen', 'new\n');
  assert.equal(first, '# Title\n\nWords.\n\n## Seen\n\nnew\n');
  assert.equal(withMeasured(first, '## Seen', 'newer\n'), '# Title\n\nWords.\n\n## Seen\n\nnewer\n');
});

test('the sections behind what was measured stay', () => {
  const two = '# Title\n\n## Seen\n\nold\n\n### of old\n\n## Heard\n\nnothing\n';
  assert.equal(withMeasured(two, '## Seen', 'new\n'), '# Title\n\n## Seen\n\nnew\n\n## Heard\n\nnothing\n');
});

test('a document without the line is left as it is, and that is told', () => {
  assert.throws(() => withMeasured('# Title\n', '## Seen', 'new'), /no line "## Seen"/);
});
